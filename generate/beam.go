package generate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// BeamConfig configures [Beams].
type BeamConfig struct {
	Width int // beams that are followed, and results at most; default 4
	// LengthPenalty is the power of the number of tokens by which the sum of
	// log-probabilities is divided. Above 0 it favours long texts, below 0 short ones.
	// Default 0, the sum itself; 1 is the mean, and the default of transformers.
	LengthPenalty float64
	Patience      Patience
}

// Patience says when [Beams] ends, once as many texts as the width are finished.
type Patience uint8

const (
	// Heuristic ends when the best beam, divided by its present length, is no better
	// than the worst finished text: early_stopping=False of transformers.
	Heuristic Patience = iota
	// None ends at once: early_stopping=True.
	None
	// Thorough ends when no beam can become better: early_stopping="never".
	Thorough
)

// Beam is a text that [Beams] found.
type Beam struct {
	Text   string  // the continuation
	Tokens []int32 // with the end token, if there is one
	// Score is the sum of log-probabilities divided by the number of tokens to the
	// power of the length penalty.
	Score float64
	End   Reason
}

// Beams searches for the likeliest continuations of at most n tokens: it follows the
// beams, so many beginnings at a time, that are likeliest in all. Texts end as for
// [Tokens]. The results are in the order of their scores, best first.
//
// It equals beam search in Hugging Face's transformers (5.24), where options have an
// equal there; [Bias], penalties and forms change the log-probabilities that are
// added up.
//
// Errors: as Text; options that have to do with drawing at random; no beams; what the
// context says, with the best texts finished until then.
func Beams(ctx context.Context, m Model, prompt string, n int, cfg BeamConfig, options ...Option) ([]Beam, error) {
	cfg.Width = cmp.Or(cfg.Width, 4)
	w, err := newWriting(ctx, m, n, options)
	if err != nil {
		return nil, failed(err)
	}
	defer w.release()
	switch {
	case w.drawn != "":
		err = fmt.Errorf("%s: beams are not drawn at random", w.drawn)
	case w.texts.logProbs:
		err = errors.New("log-probabilities: beams have scores")
	case cfg.Width < 1:
		err = fmt.Errorf("beams: %d: must be at least 1", cfg.Width)
	case math.IsNaN(cfg.LengthPenalty) || math.IsInf(cfg.LengthPenalty, 0):
		err = fmt.Errorf("length penalty: %g: must be finite", cfg.LengthPenalty)
	case cfg.Patience > Thorough:
		err = fmt.Errorf("patience: %d: must be Heuristic, None or Thorough", cfg.Patience)
	}
	if err != nil {
		return nil, failed(err)
	}
	r, err := w.begin(prompt, 0)
	if err != nil {
		return nil, failed(err)
	}
	s := &search{writing: w, cfg: cfg, prompt: len(r.tokens)}
	defer func() { release(s.lanes()...) }()
	first := &beam{lane: r.lane, history: r.sampler.history}
	if w.masks != nil {
		first.form = w.masks.start
	}
	s.running = []*beam{first}
	if err := w.feed(s.lanes()); err != nil {
		return nil, failed(err)
	}
	if err := s.run(); err != nil {
		return s.results(), failed(err)
	}
	return s.results(), nil
}

// search is a beam search under way.
type search struct {
	*writing
	cfg      BeamConfig
	prompt   int     // tokens
	running  []*beam // best first
	finished []*beam // best first
	room     []float32
}

// beam is the beginning of a text.
type beam struct {
	lane
	sum     float64 // of log-probabilities
	score   float64 // once finished
	history history
	form    FormState // nil without a form
	text    string    // what was added to the prompt
	end     Reason
	cut     int // the end of the text before a stop string, if that ended it
}

// step is a beam with one more token.
type step struct {
	from *beam
	id   int32
	sum  float64
	made *beam
}

func (s *search) lanes() []*lane {
	list := make([]*lane, len(s.running))
	for i, b := range s.running {
		list[i] = &b.lane
	}
	return list
}

func (s *search) run() error {
	for length := 1; ; length++ {
		steps, err := s.likeliest()
		if err != nil {
			return err
		}
		going := s.take(steps, length)
		if err := s.follow(going); err != nil || len(going) == 0 || s.done(length) {
			return err
		}
		if err := s.read(s.lanes()); err != nil {
			return err
		}
	}
}

// likeliest are the best steps of all beams, best first, twice as many as the width
// or more, so that enough of them do not end.
func (s *search) likeliest() ([]step, error) {
	keep := max(2, 1+len(s.ends)) * s.cfg.Width
	var best []step
	var stuck error
	for _, b := range s.running {
		shift := logSumExp(&s.room, b.logits)
		for i := range b.logits {
			b.logits[i] = float32(float64(b.logits[i]) - shift)
		}
		var allowed mask
		if b.form != nil {
			allowed = s.masks.of(b.form).mask
		}
		err := s.adjust(b.logits, &b.history, s.special, allowed)
		if errors.Is(err, errNoneAllowed) && b.form != nil {
			stuck = cmp.Or(stuck, error(formError(b.text, b.form)))
			continue
		}
		if err != nil {
			return nil, err
		}
		for id, x := range b.logits {
			sum := b.sum + float64(x)
			if math.IsInf(sum, -1) || len(best) == keep && sum <= best[keep-1].sum {
				continue
			}
			made := s.step(b, int32(id), sum)
			if made == nil {
				continue
			}
			at, _ := slices.BinarySearchFunc(best, sum, func(a step, sum float64) int {
				if a.sum >= sum { // of equals the first stays before
					return -1
				}
				return 1
			})
			best = slices.Insert(best, at, step{b, int32(id), sum, made})
			best = best[:min(keep, len(best))]
		}
	}
	if len(best) == 0 && len(s.finished) == 0 {
		return nil, stuck
	}
	return best, nil
}

// step is a beam with a token more, nil if the token's text, which may depend on
// the one before, is not what the form allows.
func (s *search) step(b *beam, id int32, sum float64) *beam {
	made := &beam{sum: sum, form: b.form, text: b.text}
	if slices.Contains(s.ends, id) {
		made.end = EndOfText
		return made
	}
	text := added(s.t, b.tokens[len(b.tokens)-1], id)
	made.text += text
	if b.form != nil {
		c := cursor{state: b.form, masks: s.masks}
		if !c.write(text) {
			return nil
		}
		made.form = c.state
	}
	return made
}

// finish says whether a beam ends, and why.
func (s *search) finish(b *beam, before string, length int) bool {
	switch {
	case b.end != "":
		return true
	case s.stopped(b, before):
		b.end = Stopped
	case b.form != nil && (&cursor{state: b.form, masks: s.masks}).complete():
		b.end = Complete
	case length == s.n:
		b.end = Length
	}
	return b.end != ""
}

// stopped looks for stop strings that were not there before the last token.
func (s *search) stopped(b *beam, before string) bool {
	found := false
	for _, stop := range s.texts.stop {
		from := max(0, len(before)-len(stop)+1)
		if i := strings.Index(b.text[from:], stop); i >= 0 && (!found || from+i < b.cut) {
			b.cut, found = from+i, true
		}
	}
	return found
}

// take sorts steps into finished texts and those that go on.
func (s *search) take(steps []step, length int) (going []step) {
	for i, t := range steps {
		if !s.finish(t.made, t.from.text, length) {
			if len(going) < s.cfg.Width {
				going = append(going, t)
			}
			continue
		}
		if i >= s.cfg.Width { // it is here in case too few go on
			continue
		}
		t.made.tokens = append(slices.Clip(t.from.tokens), t.id)
		t.made.score = t.sum / math.Pow(float64(length), s.cfg.LengthPenalty)
		at, _ := slices.BinarySearchFunc(s.finished, t.made.score, func(a *beam, score float64) int {
			if a.score >= score {
				return -1
			}
			return 1
		})
		s.finished = slices.Insert(s.finished, at, t.made)
		s.finished = s.finished[:min(len(s.finished), s.cfg.Width)]
	}
	return going
}

// follow makes beams of steps that go on. The last one of a beam takes its reader.
func (s *search) follow(going []step) error {
	last := map[*beam]int{}
	for i, t := range going {
		last[t.from] = i
	}
	before := s.running
	s.running = nil
	var err error
	for i, t := range going {
		b := t.made
		b.lane = lane{w: s.writing, kept: t.from.kept, logits: make([]float32, s.t.Len())}
		b.tokens = append(slices.Clip(t.from.tokens), t.id)
		b.history = t.from.history
		if s.remembers() {
			b.history = t.from.history.clone()
			b.history.pick(t.id)
		}
		if last[t.from] == i {
			b.reader, t.from.reader = t.from.reader, nil
		} else if err == nil {
			b.reader, err = t.from.fork()
		}
		s.running = append(s.running, b)
	}
	for _, b := range before {
		release(&b.lane)
	}
	return err
}

// done reports whether no beam is worth following after so many tokens.
func (s *search) done(length int) bool {
	if len(s.finished) < s.cfg.Width {
		return false
	}
	if s.cfg.Patience == None {
		return true
	}
	if s.cfg.Patience == Thorough && s.cfg.LengthPenalty > 0 {
		length = s.n
	}
	best := s.running[0].sum / math.Pow(float64(length), s.cfg.LengthPenalty)
	return best <= s.finished[s.cfg.Width-1].score
}

func (s *search) results() (list []Beam) {
	for _, b := range s.finished {
		text := b.text
		if b.end == Stopped {
			text = text[:b.cut]
		}
		list = append(list, Beam{Text: text, Tokens: b.tokens[s.prompt:], Score: b.score, End: b.end})
	}
	return list
}

package generate

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// Sampler picks tokens from logits. It serves one text at a time.
type Sampler struct {
	settings
	history history
	special []int32 // tokens never picked
	stream  backend.Stream
	weights []float32   // scratch: of every token, its probability times a common factor
	best    []candidate // scratch: the tokens to draw from, if not all
}

// NewSampler makes a sampler that never picks the special tokens.
//
// Errors: an option out of range, or one that has no meaning for single tokens.
func NewSampler(special []int32, options ...Option) (*Sampler, error) {
	s, err := newSettings(options)
	switch {
	case err != nil:
		return nil, err
	case s.text != "":
		return nil, fmt.Errorf("%s: a sampler picks single tokens; use Tokens to write texts", s.text)
	}
	return newSampler(s, special), nil
}

func newSampler(s settings, special []int32) *Sampler {
	return &Sampler{settings: s, special: special, stream: backend.Stream{Key: s.seed}}
}

// ErrDiverged is the error of logits that are not finite.
var ErrDiverged = errors.New("the model's output is not finite: its training has diverged")

var errAllSpecial = errors.New("every token of the tokenizer is special: there is none to generate")

// Observe tells of tokens that the text has already, its prompt, for
// [Repetition]. Those that Pick returns are known.
func (s *Sampler) Observe(tokens ...int32) {
	if s.remembers() {
		s.history.read(tokens)
	}
}

// Pick picks a token. It overwrites logits.
//
// Shape: logits [vocabulary].
//
// Errors: logits that are not finite ([ErrDiverged]); only special tokens; one that
// has no logit.
func (s *Sampler) Pick(logits []float32) (int32, error) {
	token, err := s.pick(logits, nil)
	if err == nil {
		s.picked(token)
	}
	return token, err
}

// picked notes a token that the text goes on with.
func (s *Sampler) picked(token int32) {
	if s.remembers() {
		s.history.pick(token)
	}
}

// pick is Pick among the tokens of a mask; nil has all. It notes nothing.
func (s *Sampler) pick(logits []float32, allowed mask) (int32, error) {
	if err := s.settings.adjust(logits, &s.history, s.special, allowed); err != nil {
		return 0, err
	}
	top := asm.Max(logits)
	if s.temperature == 0 {
		return int32(slices.Index(logits, top)), nil
	}
	sum := s.weigh(logits, top)
	var u [1]float64
	philox.Fill(u[:], backend.Uniform, backend.Params{0, 1}, s.stream)
	s.stream = philox.Advance(s.stream, 1)
	if !s.narrows() {
		return drawAll(u[0]*sum, s.weights), nil
	}
	sum = s.narrow(sum)
	return draw(u[0]*sum, s.best), nil
}

// adjust does with logits what comes before the temperature.
//
// Errors: those of Pick.
func (s *settings) adjust(logits []float32, h *history, special []int32, allowed mask) error {
	if high, low := asm.Max(logits), asm.Min(logits); high-high != 0 || low-low != 0 {
		return ErrDiverged
	}
	for token := range h.seen {
		if uint(token) >= uint(len(logits)) {
			return fmt.Errorf("token %d of the text is not in [0, %d), those that logits are of", token, len(logits))
		}
	}
	if err := s.penalise(logits, h); err != nil {
		return err
	}
	for _, token := range special {
		if uint(token) >= uint(len(logits)) {
			return fmt.Errorf("the special token %d is not in [0, %d), those that logits are of", token, len(logits))
		}
		logits[token] = float32(math.Inf(-1))
	}
	if allowed != nil {
		allowed.exclude(logits)
	}
	switch {
	case !math.IsInf(float64(asm.Max(logits)), -1):
		return nil
	case len(special) < len(logits):
		return errNoneAllowed
	}
	return errAllSpecial
}

// errNoneAllowed is the error of logits that are excluded to the last.
var errNoneAllowed = errors.New("no token is left to choose from: bias and form exclude them all")

// narrows reports whether not all tokens are drawn from.
func (s *settings) narrows() bool {
	return s.topK > 0 || s.topP > 0 && s.topP < 1 || s.minP > 0
}

// weigh computes the weights exp((x − top)/temperature), and their sum, from
// logits, which it overwrites.
func (s *Sampler) weigh(logits []float32, top float32) float64 {
	if len(s.weights) != len(logits) {
		s.weights = make([]float32, len(logits))
	}
	if s.temperature != 1 {
		// In float32 a scale beyond these bounds acts as the bound does, and no
		// scale within them makes NaN of 0 or of an infinity.
		scale := max(0x1p-126, min(1/s.temperature, math.MaxFloat32))
		asm.AddScalar(logits, logits, -top)
		asm.MulScalar(logits, logits, float32(scale))
		top = 0
	}
	return float64(asm.SumExp(s.weights, logits, top))
}

// drawAll is the first token at which the running sum of weights exceeds u.
func drawAll(u float64, weights []float32) int32 {
	last := 0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = i
		if u -= float64(w); u < 0 {
			break
		}
	}
	return int32(last)
}

// draw is drawAll among some tokens.
func draw(u float64, from []candidate) int32 {
	for _, c := range from {
		if u -= float64(c.weight); u < 0 {
			return c.token
		}
	}
	return from[len(from)-1].token
}

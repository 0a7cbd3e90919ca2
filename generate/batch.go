package generate

import (
	"context"
	"fmt"

	"github.com/org/artnn/tokenizer"
)

// Result is a text that [Samples] or [Batch] wrote.
type Result struct {
	Text   string // the continuation
	Tokens []Token
	End    Reason // empty if it was not written to its end
	// Err is why this text could not be begun or continued. Text is what was
	// written before.
	Err error
}

// Samples continues a prompt in several ways. Sample i is the [Text] of the seed i
// above that of [Seed]. The prompt is read once, if the model's reader is a [Forker],
// and all samples go on together, if the model is a [BatchModel]; such a model may
// round otherwise than for one text, which tips the balance where two tokens are as
// good as equal.
//
// Errors: as Text, but for those of single samples, which are in the results; what the
// context says, with the results so far.
func Samples(ctx context.Context, m Model, prompt string, samples, n int, options ...Option) ([]Result, error) {
	if samples < 1 {
		return nil, failed(fmt.Errorf("the number of samples must be positive, got %d", samples))
	}
	tokens, err := encodeFor(m, prompt)
	if err != nil {
		return nil, failed(err)
	}
	jobs := make([]job, samples)
	for i := range jobs {
		jobs[i] = job{tokens: tokens, seed: uint64(i)}
	}
	return writeAll(ctx, m, jobs, n, options)
}

// Batch continues several prompts. Result i is the [Text] of prompt i, from the same
// seed, but for what [Samples] says of rounding. What prompts begin with in common is
// read once, if the model's reader is a [Forker], and all texts go on together, if the
// model is a [BatchModel].
//
// Errors: as Text, but for those of single prompts, which are in the results; what the
// context says, with the results so far.
func Batch(ctx context.Context, m Model, prompts []string, n int, options ...Option) ([]Result, error) {
	if len(prompts) == 0 {
		return nil, nil
	}
	if err := tokenizer.Check(m.Tokenizer()); err != nil {
		return nil, failed(err)
	}
	jobs := make([]job, len(prompts))
	for i, p := range prompts {
		jobs[i].tokens, jobs[i].err = encode(m.Tokenizer(), p)
	}
	return writeAll(ctx, m, jobs, n, options)
}

func encodeFor(m Model, prompt string) ([]int32, error) {
	if err := tokenizer.Check(m.Tokenizer()); err != nil {
		return nil, err
	}
	return encode(m.Tokenizer(), prompt)
}

// job is a text to write.
type job struct {
	tokens []int32
	seed   uint64 // above that of the options
	err    error
}

// mostTexts is how many texts are under way at a time: each has a reader's memory.
const mostTexts = 64

func writeAll(ctx context.Context, m Model, jobs []job, n int, options []Option) ([]Result, error) {
	w, err := newWriting(ctx, m, n, options)
	if err != nil {
		return nil, failed(err)
	}
	defer w.release()
	results := make([]Result, len(jobs))
	var todo []int
	var prompts [][]int32
	for i, j := range jobs {
		if j.err != nil {
			results[i].Err = failed(j.err)
			continue
		}
		todo = append(todo, i)
		prompts = append(prompts, j.tokens)
	}
	if len(todo) == 0 {
		return results, nil
	}
	if len(todo) > mostTexts {
		if err := w.share(prompts); err != nil {
			return results, failed(err)
		}
	}
	for len(todo) > 0 {
		some := todo[:min(len(todo), mostTexts)]
		todo = todo[len(some):]
		if err := w.together(jobs, some, results); err != nil {
			return results, failed(err)
		}
	}
	return results, nil
}

// together writes some of the texts, one token of each at a time.
func (w *writing) together(jobs []job, some []int, results []Result) error {
	active := make([]*run, len(some))
	of := map[*run]*Result{}
	for i, k := range some {
		active[i] = w.beginAt(jobs[k].tokens, jobs[k].seed)
		of[active[i]] = &results[k]
	}
	all := lanes(active)
	defer release(all...)
	if err := w.feed(all); err != nil {
		return err
	}
	for {
		var on []*run
		for _, r := range active {
			result := of[r]
			token, err := r.next()
			result.add(token, err)
			if err != nil || token.End != "" {
				release(&r.lane)
				continue
			}
			on = append(on, r)
		}
		if active = on; len(active) == 0 {
			return nil
		}
		if err := w.read(lanes(active)); err != nil {
			for _, r := range active {
				of[r].Text += r.rest()
			}
			return err
		}
	}
}

// add adds a token to a text.
func (r *Result) add(token Token, err error) {
	r.Text += token.Text
	if r.Err = err; err == nil {
		r.Tokens = append(r.Tokens, token)
		r.End = token.End
	}
}

func lanes(runs []*run) []*lane {
	list := make([]*lane, len(runs))
	for i, r := range runs {
		list[i] = &r.lane
	}
	return list
}

package generate

import (
	"context"
	"fmt"
	"slices"
)

// readChunk is how many tokens of a prompt are read at a time, to bound memory, and
// so that a context is asked now and then.
const readChunk = 256

// readTokens reads tokens in parts, with the logits after the last.
func (w *writing) readTokens(r Reader, tokens []int32, logits []float32) error {
	for len(tokens) > readChunk {
		if err := w.cancelled(); err != nil {
			return err
		}
		r.Read(tokens[:readChunk], nil)
		tokens = tokens[readChunk:]
	}
	if err := w.cancelled(); err != nil {
		return err
	}
	r.Read(tokens, logits)
	return nil
}

func (w *writing) cancelled() error {
	if w.ctx.Err() == nil {
		return nil
	}
	return fmt.Errorf("stopped: %w", context.Cause(w.ctx))
}

// share reads once what all of the prompts begin with, for texts that are written
// some at a time, if readers can be copied and all prompts fit in the window.
func (w *writing) share(prompts [][]int32) error {
	common := prompts[0]
	for _, p := range prompts {
		if w.window > 0 && len(p) > w.window {
			return nil
		}
		common = common[:sharedLen(common, p)]
	}
	if len(common) == 0 {
		return nil
	}
	r := w.m.NewReader()
	if _, ok := r.(Forker); !ok {
		r.Release()
		return nil
	}
	w.prefix, w.known, w.logits = r, len(common), make([]float32, w.t.Len())
	return w.readTokens(r, common, w.logits)
}

func sharedLen(a, b []int32) (n int) {
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// feed gives lanes their readers, and reads their prompts. Those that begin alike are
// read once up to where they part.
func (w *writing) feed(lanes []*lane) error {
	if w.prefix != nil {
		for _, r := range lanes {
			copy(r.logits, w.logits)
		}
		return w.branch(lanes, w.prefix.(Forker).Fork(), w.known)
	}
	groups := map[int32][]*lane{}
	var order []int32
	for _, r := range lanes {
		first := r.within()[0]
		if groups[first] == nil {
			order = append(order, first)
		}
		groups[first] = append(groups[first], r)
	}
	for _, first := range order {
		if err := w.branch(groups[first], w.m.NewReader(), 0); err != nil {
			return err
		}
	}
	return nil
}

// lane is a text as the model reads it.
type lane struct {
	w      *writing
	tokens []int32 // all of the text, with the prompt
	reader Reader
	kept   int // tokens that reader has read: the last ones, all or those of a window
	logits []float32
}

// within is the part of a text that fits in the window.
func (r *lane) within() []int32 {
	if w := r.w.window; w > 0 && len(r.tokens) > w {
		return r.tokens[len(r.tokens)-w:]
	}
	return r.tokens
}

// branch reads the prompts of lanes, which have the first tokens in common that
// the reader has read. It takes the reader.
func (w *writing) branch(lanes []*lane, reader Reader, at int) error {
	end := len(lanes[0].within())
	for _, r := range lanes {
		end = min(end, sharedLen(lanes[0].within(), r.within()))
	}
	// Those that end where the others go on need the logits there.
	var ended, on []*lane
	for _, r := range lanes {
		if len(r.within()) == end {
			ended = append(ended, r)
		} else {
			on = append(on, r)
		}
	}
	forker, ok := reader.(Forker)
	if !ok && len(lanes) > 1 {
		reader.Release()
		for _, r := range lanes {
			if err := w.branch([]*lane{r}, w.m.NewReader(), 0); err != nil {
				return err
			}
		}
		return nil
	}
	var logits []float32
	if len(ended) > 0 {
		logits = ended[0].logits
	}
	if end > at {
		if err := w.readTokens(reader, lanes[0].within()[at:end], logits); err != nil {
			reader.Release()
			return err
		}
	}
	fork := func(last bool) Reader {
		if last {
			return reader
		}
		return forker.Fork()
	}
	for i, r := range ended {
		copy(r.logits, logits)
		r.reader, r.kept = fork(i == len(ended)-1 && len(on) == 0), end
	}
	for len(on) > 0 {
		token := on[0].within()[end]
		same, rest := partition(on, func(r *lane) bool { return r.within()[end] == token })
		if err := w.branch(same, fork(len(rest) == 0), end); err != nil {
			if len(rest) > 0 {
				reader.Release()
			}
			return err
		}
		on = rest
	}
	return nil
}

func partition(lanes []*lane, is func(*lane) bool) (yes, no []*lane) {
	for _, r := range lanes {
		if is(r) {
			yes = append(yes, r)
		} else {
			no = append(no, r)
		}
	}
	return yes, no
}

// read reads the last token of each run.
func (w *writing) read(lanes []*lane) error {
	if err := w.cancelled(); err != nil {
		return err
	}
	batched, _ := w.m.(BatchModel)
	var readers []Reader
	var tokens []int32
	var logits [][]float32
	for _, r := range lanes {
		if w.window > 0 && r.kept == w.window {
			if err := r.renew(); err != nil {
				return err
			}
			continue
		}
		last := r.tokens[len(r.tokens)-1:]
		r.kept++
		if batched == nil || len(lanes) == 1 {
			r.reader.Read(last, r.logits)
			continue
		}
		readers, tokens, logits = append(readers, r.reader), append(tokens, last[0]), append(logits, r.logits)
	}
	for len(readers) > 0 {
		n := min(len(readers), mostRows)
		batched.ReadBatch(readers[:n], tokens[:n], logits[:n])
		readers, tokens, logits = readers[n:], tokens[n:], logits[n:]
	}
	return nil
}

// mostRows is how many texts are read at a time: their logits must fit in memory, 64
// MB for 262,144 tokens, and weights are used often enough once they are in a cache.
const mostRows = 64

// renew goes on in a new window, whose first half is the end of the text.
func (r *lane) renew() error {
	r.reader.Release()
	r.reader = r.w.m.NewReader()
	end := r.tokens[len(r.tokens)-(r.w.window+1)/2:]
	r.kept = len(end)
	return r.w.readTokens(r.reader, slices.Clip(end), r.logits)
}

func release(lanes ...*lane) {
	for _, r := range lanes {
		if r.reader != nil {
			r.reader.Release()
			r.reader = nil
		}
	}
}

// fork is a reader where that of a lane is. Where it cannot be copied, it reads what
// that one has read.
func (r *lane) fork() (Reader, error) {
	if f, ok := r.reader.(Forker); ok {
		return f.Fork(), nil
	}
	reader := r.w.m.NewReader()
	if err := r.w.readTokens(reader, r.tokens[len(r.tokens)-r.kept:], nil); err != nil {
		reader.Release()
		return nil, err
	}
	return reader, nil
}

package models

import (
	"iter"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Generate is [generate.Text] of the model.
func (m *GPT) Generate(prompt string, n int, options ...generate.Option) (string, error) {
	return generate.Text(m, prompt, n, options...)
}

// Stream is [generate.Stream] of the model.
func (m *GPT) Stream(prompt string, n int, options ...generate.Option) iter.Seq2[string, error] {
	return generate.Stream(m, prompt, n, options...)
}

// EndTokens is the token that stands for the end of a text, if the tokenizer has one.
func (m *GPT) EndTokens() []int32 { return endTokens(m.tokens) }

// NewReader makes a reader at the beginning of a text, with empty caches of keys and
// values.
func (m *GPT) NewReader() generate.Reader {
	r := &gptReader{m: m, tape: inferenceTape(m.cfg.Backend), caches: make(layers.KVCaches, len(m.blocks))}
	for i, b := range m.blocks {
		r.caches[i] = b.attention.NewCache(m.cfg.Context)
	}
	return r
}

var (
	_ generate.BatchModel = (*GPT)(nil)
	_ generate.Windowed   = (*GPT)(nil)
	_ generate.Forker     = (*gptReader)(nil)
	_ generate.Scorer     = (*gptReader)(nil)
)

type gptReader struct {
	m      *GPT
	tape   *tensor.Tape
	caches layers.KVCaches
}

func (r *gptReader) Release() {
	r.tape.Release()
	r.caches.Release()
}

// pass reads tokens and returns what the last block makes of them, or of the last.
func (r *gptReader) pass(tokens []int32, last bool) *tensor.Tensor {
	return r.m.through(r.tape, gptInput{
		ids: tokens, places: layers.Positions(r.caches.Len(), len(tokens)), batch: 1, steps: len(tokens), caches: []layers.KVCaches{r.caches}, last: last,
	})
}

func (r *gptReader) Read(tokens []int32, logits []float32) {
	defer r.tape.Release()
	y := r.pass(tokens, true)
	if logits != nil {
		r.m.head.Forward(r.m.norm.Forward(y.Select(1, -1))).ReadFloat32s(logits)
	}
}

// ReadAll reads tokens with the logits after each; see [generate.Scorer].
func (r *gptReader) ReadAll(tokens []int32, logits []float32) {
	defer r.tape.Release()
	r.m.head.Forward(r.m.norm.Forward(r.pass(tokens, false))).ReadFloat32s(logits)
}

// Fork shares the caches' memory until one of the two goes on; see [generate.Forker].
func (r *gptReader) Fork() generate.Reader {
	return &gptReader{r.m, inferenceTape(r.m.cfg.Backend), r.caches.Fork()}
}

// ReadBatch reads one token with each of the model's readers; see
// [generate.BatchModel].
func (m *GPT) ReadBatch(readers []generate.Reader, tokens []int32, logits [][]float32) {
	tape := inferenceTape(m.cfg.Backend)
	defer tape.Release()
	places, caches := make([]int32, len(readers)), make([]layers.KVCaches, len(readers))
	for i, r := range readers {
		caches[i] = r.(*gptReader).caches
		places[i] = int32(caches[i].Len())
	}
	out := m.head.Forward(m.norm.Forward(m.through(tape, gptInput{ids: tokens, places: places, batch: len(readers), steps: 1, caches: caches})))
	for i := range readers {
		out.Select(0, i).ReadFloat32s(logits[i])
	}
}

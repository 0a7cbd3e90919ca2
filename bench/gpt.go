package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// gptSizes are those of a GPT-2.
type gptSizes struct{ vocab, width, layers, heads, context int }

var (
	smallGPT  = gptSizes{vocab: 96, width: 256, layers: 4, heads: 4, context: 128}
	nanoGPT   = gptSizes{vocab: 65, width: 128, layers: 4, heads: 4, context: 64} // of its recipe for a computer without a graphics card
	gpt2Small = gptSizes{vocab: 50257, width: 768, layers: 12, heads: 12, context: 1024}
)

const (
	gptBatch  = 8
	nanoBatch = 12
	gptPrompt = 512 // tokens
	gptTurn   = 32  // tokens that are written before it goes back to where the row is
	gptNear   = 64  // places that tokens are written after
	gptFar    = 960
)

func gptRows() []row {
	rows := []row{{"gpt-train", "GPT 4×256, batch 8, 128 tokens of 96, AdamW", "gpt-train", true,
		smallGPT.trainCost(gptBatch, smallGPT.context),
		func() (workload, error) { return newGPTTraining(smallGPT, models.GPTConfig{}, gptBatch) }},
		{"nanogpt-train", "nanoGPT 4×128, batch 12, 64 characters of 65, AdamW, clipped", "nanogpt-train", true,
			nanoGPT.trainCost(nanoBatch, nanoGPT.context),
			func() (workload, error) {
				return newGPTTraining(nanoGPT, models.GPTConfig{NoBias: true, Betas: [2]float64{0.9, 0.99}, Clip: 1}, nanoBatch)
			}}}
	for _, after := range []int{gptNear, gptFar} {
		name := fmt.Sprintf("gpt2-token-%d", after)
		rows = append(rows, row{name, fmt.Sprintf("GPT-2 small, one token after %d", after), name, false,
			gpt2Small.tokenCost(after, 4), func() (workload, error) { return newGPTTokens(gpt2Small, after, false) }})
	}
	rows = append(rows, row{"gpt2-token-int8", fmt.Sprintf("GPT-2 small, one token after %d, int8", gptNear), "gpt2-token-int8", false,
		gpt2Small.tokenCost(gptNear, 1), func() (workload, error) { return newGPTTokens(gpt2Small, gptNear, true) }})
	return append(rows, row{"gpt2-prefill", fmt.Sprintf("GPT-2 small, a prompt of %d", gptPrompt), "gpt2-prefill", false,
		gpt2Small.promptCost(gptPrompt), func() (workload, error) { return newGPTPrompt(gpt2Small, gptPrompt) }})
}

// blocks is the number of weights of all blocks, without biases.
func (s gptSizes) blocks() float64 {
	return 12 * float64(s.layers) * float64(s.width) * float64(s.width)
}

// products is the number of weights that each token is multiplied with.
func (s gptSizes) products() float64 { return s.blocks() + float64(s.vocab)*float64(s.width) }

func (s gptSizes) parameters() float64 {
	w := float64(s.width)
	return s.products() + float64(s.context)*w + 13*float64(s.layers)*w + 2*w
}

// attended is the FLOPs of the attention of a token to n places.
func (s gptSizes) attended(n float64) float64 {
	return 4 * float64(s.layers) * float64(s.width) * n
}

func (s gptSizes) trainCost(batch, steps int) cost {
	n := float64(batch * steps)
	return cost{3 * n * (2*s.products() + s.attended(float64(steps+1)/2)), adamBytes * s.parameters()}
}

// tokenCost is that of a token: weights, of so many bytes, keys and values are read once.
func (s gptSizes) tokenCost(after int, weight float64) cost {
	n := float64(after)
	return cost{2*s.products() + s.attended(n), weight*s.products() + 4*2*float64(s.layers)*float64(s.width)*n}
}

// promptCost is that of a prompt and the logits after it.
func (s gptSizes) promptCost(n int) cost {
	head := float64(s.vocab) * float64(s.width)
	return cost{float64(n)*(2*s.blocks()+s.attended(float64(n+1)/2)) + 2*head, 4 * s.products()}
}

func newGPT(s gptSizes, cfg models.GPTConfig) (*models.GPT, error) {
	var words strings.Builder
	for i := range s.vocab - 1 { // the last token stands for unknown words
		fmt.Fprintf(&words, " w%d", i)
	}
	vocab, err := tokenizer.NewWords(words.String(), s.vocab)
	if err != nil {
		return nil, err
	}
	cfg.Style, cfg.Context, cfg.Layers, cfg.Width, cfg.Heads = "gpt2", s.context, s.layers, s.width, s.heads
	return models.NewGPT(vocab, cfg)
}

func newGPTTraining(s gptSizes, cfg models.GPTConfig, batch int) (workload, error) {
	m, err := newGPT(s, cfg)
	if err != nil {
		return nil, err
	}
	rng, turn := newRand(), 0
	x, y := make([][]int32, largeBatches), make([][]int32, largeBatches)
	for i := range x {
		x[i], y[i] = below(rng, batch*s.context, s.vocab), below(rng, batch*s.context, s.vocab)
	}
	return steps(func() {
		m.Step(x[turn%len(x)], y[turn%len(x)], batch, s.context)
		turn++
	}), nil
}

// gptTokens writes the likeliest token again and again, and goes back to a place now and
// then.
type gptTokens struct {
	after  generate.Forker // has read what tokens are written after
	logits []float32
}

func newGPTTokens(s gptSizes, after int, int8 bool) (workload, error) {
	m, err := newGPT(s, models.GPTConfig{})
	if err == nil && int8 {
		m, err = models.Quantize(m)
	}
	if err != nil {
		return nil, err
	}
	r := m.NewReader().(generate.Forker)
	r.Read(below(newRand(), after, s.vocab), nil)
	return gptTokens{r, make([]float32, s.vocab)}, nil
}

func (w gptTokens) run(times []time.Duration) error {
	token := []int32{0}
	for part := range slices.Chunk(times, gptTurn) {
		r := w.after.Fork()
		r.Read(token, w.logits) // which makes the memory that was shared its own
		for i := range part {
			start := time.Now()
			r.Read(token, w.logits)
			best := 0
			for id, l := range w.logits {
				if l > w.logits[best] {
					best = id
				}
			}
			token[0] = int32(best)
			part[i] = time.Since(start)
		}
		r.Release()
	}
	return nil
}

func newGPTPrompt(s gptSizes, n int) (workload, error) {
	m, err := newGPT(s, models.GPTConfig{})
	if err != nil {
		return nil, err
	}
	tokens, logits := below(newRand(), n, s.vocab), make([]float32, s.vocab)
	return steps(func() {
		r := m.NewReader()
		r.Read(tokens, logits)
		r.Release()
	}), nil
}

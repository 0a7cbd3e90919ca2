package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/writing"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// The recipe for quatrains.
const (
	poemsBatch = 32 // two to a row
	// poemsCharacters is how many of the commonest characters the model knows.
	poemsCharacters = 1500
	// unknown stands in the texts for all other characters: the model reads it
	// and is never asked to write it.
	unknown = '□'
	// poemsHidden is the share of characters read that are replaced by it as
	// well, so that fewer poems are learned by heart.
	poemsHidden = 0.15
	// poemsHeldOut is how many poems there are to one that is held out, if it shares no
	// line with another poem.
	poemsHeldOut = 20
	// poemTokens is the length of a poem and the line ends before and after it.
	poemTokens = poemLength + 2
	poemsRow   = 2 * poemTokens
)

// writer is a network that learns to write.
type writer interface {
	train.Model
	generate.Model
	models.Model
	Step(inputs, targets []int32, batch, steps int) float64
}

// poemsNetwork is a network that is made for the quatrains.
type poemsNetwork struct {
	make func(tokenizer.Tokenizer) (writer, error)
	rate holdThenFall
}

// poemsNetworks are by name: gpt is shipped, and lstm is what it was compared with, with as
// many weights and updates that take as long.
var poemsNetworks = map[string]poemsNetwork{
	"gpt": {func(t tokenizer.Tokenizer) (writer, error) {
		return models.NewGPT(t, models.GPTConfig{
			Context: poemsRow, Layers: 4, Width: 128, Heads: 4, KVHeads: 2, Dropout: 0.1, Clip: 1, EMA: poemsEMA, Seed: seed,
		})
	}, holdThenFall{LR: 3e-3, Warm: 100, Hold: 4200, Total: 6400}},
	"lstm": {func(t tokenizer.Tokenizer) (writer, error) {
		return models.NewTextGenerator(t, models.TextConfig{
			Hidden: 256, Tied: true, Dropout: 0.5, Clip: 1, EMA: poemsEMA, Seed: seed,
		})
	}, holdThenFall{LR: 4e-3, Warm: 100, Hold: 2500, Total: 5000}},
}

// poemsEMA is the decay of averaged weights: that of some 500 updates, a part of the fall.
const poemsEMA = 0.998

// poemsFacts are what the file says of where it comes from.
var poemsFacts = map[string]string{
	"data":    "10,247 classical Chinese quatrains of the npm package chinese-poetry 2.0.1",
	"licence": "MIT, see NOTICE.md",
}

// makeQuatrains trains the writer of quatrains and measures it.
func makeQuatrains(ctx context.Context, path string, o options) error {
	poems := samples.Quatrains()
	if o.quatrains != "" {
		text, err := data.LoadText(o.quatrains)
		if err != nil {
			return err
		}
		poems = data.Paragraphs(text)
	}
	poems = slices.DeleteFunc(poems, func(p string) bool { return !quality.IsQuatrain(p) })
	if len(poems) < poemsBatch {
		return fmt.Errorf("%d quatrains of two lines 7，7。: need at least %d", len(poems), poemsBatch)
	}
	learned, held := holdOut(poems)
	fmt.Printf("quatrains: %d poems, %d more held out\n", len(learned), len(held))
	if !o.measure {
		network, ok := poemsNetworks[o.network]
		if !ok {
			return fmt.Errorf("-network must be gpt or lstm, got %q", o.network)
		}
		m, err := trainQuatrains(ctx, network, poems, learned)
		if err != nil {
			return err
		}
		rounded, err := models.Quantize(m)
		if err != nil {
			return err
		}
		if err := save(path, rounded, poemsFacts); err != nil {
			return err
		}
	}
	m, err := models.LoadAs[writer](path) // as it is with rounded weights
	if err != nil {
		return err
	}
	return measureQuatrains(ctx, m, learned, held)
}

// holdOut holds out some of the poems of which no line stands in another poem.
func holdOut(poems []string) (learned, held []string) {
	count := map[string]int{}
	for _, poem := range poems {
		for _, verse := range quality.Verses(poem) {
			count[verse]++
		}
	}
	for i, poem := range poems {
		if i%poemsHeldOut == 0 && !slices.ContainsFunc(quality.Verses(poem), func(v string) bool { return count[v] > 1 }) {
			held = append(held, poem)
		} else {
			learned = append(learned, poem)
		}
	}
	return learned, held
}

// trainQuatrains trains a network on the poems learned from. all say which characters are
// common.
func trainQuatrains(ctx context.Context, of poemsNetwork, all, learned []string) (writer, error) {
	vocab, err := tokenizer.NewChars(commonest(strings.Join(all, "\n"), poemsCharacters) + string(unknown))
	if err != nil {
		return nil, err
	}
	rows, err := encoded(vocab, learned)
	if err != nil {
		return nil, err
	}
	m, err := of.make(vocab)
	if err != nil {
		return nil, err
	}
	ids, err := vocab.Encode("\n" + string(unknown))
	if err != nil {
		return nil, err
	}
	loader, err := data.NewIndexLoader(len(rows), func(indices []int) []int32 {
		var ring []int32
		for _, i := range indices {
			ring = append(ring, rows[i]...)
		}
		return ring
	}, data.LoaderOptions{BatchSize: poemsBatch, Shuffle: true, DropLast: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	trainer := train.Trainer[[]int32]{
		Models:   map[string]train.Model{"writer": m},
		Data:     loader,
		Budget:   train.Budget{Steps: of.rate.Total},
		Schedule: of.rate,
		Step: func(_ context.Context, ring []int32) (train.Metrics, error) {
			b := cut(ring, ids[1])
			hide(b.Inputs, ids[0], ids[1], rng)
			return train.Metrics{{Name: "loss", Value: m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		Callbacks: []train.Callback{show("quatrains")},
	}
	return m, whole(trainer.Run(ctx))
}

// commonest are the n characters that a text has most of.
func commonest(text string, n int) string {
	counts := map[rune]int{}
	for _, r := range text {
		counts[r]++
	}
	var list []rune
	for r := range counts {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b rune) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return string(list[:min(n, len(list))])
}

// encoded are the tokens of poems, each with a line end before and after it, and the
// placeholder in the place of unknown characters.
func encoded(vocab tokenizer.Tokenizer, poems []string) ([][]int32, error) {
	rows := make([][]int32, len(poems))
	for i, poem := range poems {
		masked := strings.Map(func(r rune) rune {
			if _, err := vocab.Encode(string(r)); err != nil {
				return unknown
			}
			return r
		}, "\n"+poem+"\n")
		var err error
		if rows[i], err = vocab.Encode(masked); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// cut makes rows of two poems' length from poems with a blank line between, the last
// followed by the first: so the model learns to begin anew. Every other row begins with
// the line end before a poem, so that poems can be asked for with nothing given, and the
// others with a poem's first character. A long text that outgrows a context of as many
// tokens goes on from its last half, which begins as a row does. Unknown characters are
// no targets.
func cut(ring []int32, unknown int32) data.TokenBatch {
	b := data.TokenBatch{Rows: len(ring) / poemsRow, Steps: poemsRow}
	for i := range b.Rows {
		at := i*poemsRow + i%2
		for k := range poemsRow {
			b.Inputs = append(b.Inputs, ring[(at+k)%len(ring)])
			target := ring[(at+k+1)%len(ring)]
			if target == unknown {
				target = loss.DefaultIgnoreIndex
			}
			b.Targets = append(b.Targets, target)
		}
	}
	return b
}

// hide replaces some of the ids, but no line ends, by that of unknown characters.
func hide(ids []int32, lineEnd, unknown int32, rng *rand.Rand) {
	for i := range ids {
		if ids[i] != lineEnd && rng.Float64() < poemsHidden {
			ids[i] = unknown
		}
	}
}

// What is measured.
const (
	measuredPoems = 1000
	temperature   = 0.8
	topP          = 0.9
	poemLength    = 2*(7+1+7+1) + 1 // two lines and the line end between
	// someLearned is how many poems learned from there are to one that is compared
	// with the rest, to say what the numbers are for real ones.
	someLearned = 10
)

func measureQuatrains(ctx context.Context, m writer, learned, held []string) error {
	bits, err := bitsOf(m, held)
	if err != nil {
		return err
	}
	fmt.Printf("held out: %.3f bits a character that it knows\n", bits)
	results, err := generate.Samples(ctx, m, "\n", measuredPoems, 3*poemTokens, generate.Temperature(temperature), generate.TopP(topP), generate.Stop("\n\n"))
	if err != nil {
		return err
	}
	poems := make([]string, len(results))
	for i, r := range results {
		poems[i] = r.Text
	}
	var some, rest []string
	for i, poem := range learned {
		if i%someLearned == 0 {
			some = append(some, poem)
		} else {
			rest = append(rest, poem)
		}
	}
	fmt.Printf("%d poems at temperature %g and top-p %g, and %d of those learned from against the others:\n", measuredPoems, temperature, topP, len(some))
	for _, row := range []struct {
		name  string
		poems []string
		quality.Poems
	}{
		{"made", poems, quality.MeasurePoems(poems, learned)},
		{"learned from", some, quality.MeasurePoems(some, rest)},
	} {
		characters := make([][]string, len(row.poems))
		for i, poem := range row.poems {
			characters[i] = writing.Words(poem)
		}
		fmt.Printf("  %-12s form %.1f %%, verses copied %.2f %%, characters repeated %.2f a poem, rhymed %.0f %%, distinct characters %.2f %%, pairs %.1f %%\n",
			row.name, 100*row.Form, 100*row.Copied, row.Repeats, 100*row.Rhymed, 100*writing.Distinct(characters, 1), 100*writing.Distinct(characters, 2))
	}
	for _, poem := range poems[:10] {
		fmt.Printf("\n%s\n", poem)
	}
	return nil
}

// bitsOf is the cross-entropy of poems, each read from its beginning, in bits a character
// that the model knows, punctuation and line ends among them.
func bitsOf(m writer, poems []string) (float64, error) {
	rows, err := encoded(m.Tokenizer(), poems)
	if err != nil {
		return 0, err
	}
	ids, err := m.Tokenizer().Encode(string(unknown))
	if err != nil {
		return 0, err
	}
	kinds := m.Tokenizer().Len()
	logits := make([]float32, (poemTokens-1)*kinds)
	nats, n := 0.0, 0
	for _, row := range rows {
		r := m.NewReader()
		r.(generate.Scorer).ReadAll(row[:poemTokens-1], logits)
		r.Release()
		for i, target := range row[1:] {
			if target != ids[0] {
				nats += surprise(logits[i*kinds:][:kinds], target)
				n++
			}
		}
	}
	return nats / float64(n) / math.Ln2, nil
}

// surprise is −ln of a token's probability.
func surprise(logits []float32, token int32) float64 {
	sum := 0.0
	for _, l := range logits {
		sum += math.Exp(float64(l - logits[token]))
	}
	return math.Log(sum)
}

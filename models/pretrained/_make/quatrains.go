package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// The recipe for quatrains.
const (
	poemsSteps = 2200
	poemsBatch = 64 // two to a row
	// poemsCharacters is how many of the commonest characters the model knows.
	// Two thirds of its weights go by their number.
	poemsCharacters = 1000
	// unknown stands in the texts for all other characters: the model reads it
	// and is never asked to write it.
	unknown = '□'
	// poemsHidden is the share of characters read that are replaced by it as
	// well, so that fewer poems are learned by heart.
	poemsHidden = 0.1
)

var (
	poemsConfig = models.TextConfig{Embed: 64, Hidden: 192, Dropout: 0.25, LR: 4e-3, Clip: 1, Seed: seed}
	poemsRate   = holdThenFall{LR: poemsConfig.LR, Hold: poemsSteps * 3 / 10, Total: poemsSteps}
)

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
	fmt.Printf("quatrains: %d poems\n", len(poems))
	if !o.measure {
		writer, err := trainQuatrains(ctx, poems)
		if err != nil {
			return err
		}
		if err := save(path, writer, poemsFacts); err != nil {
			return err
		}
	}
	writer, err := models.LoadAs[*models.TextGenerator](path) // as it is with rounded weights
	if err != nil {
		return err
	}
	return measureQuatrains(writer, poems)
}

// trainQuatrains is a TextGenerator's training, two poems to a row.
func trainQuatrains(ctx context.Context, poems []string) (*models.TextGenerator, error) {
	known := commonest(strings.Join(poems, "\n"), poemsCharacters)
	vocab, err := tokenizer.NewChars(known + string(unknown))
	if err != nil {
		return nil, err
	}
	rows := make([][]int32, len(poems))
	for i, poem := range poems {
		if rows[i], err = vocab.Encode(masked(poem, known)); err != nil {
			return nil, err
		}
	}
	writer, err := models.NewTextGenerator(vocab, poemsConfig)
	if err != nil {
		return nil, err
	}
	ids, err := vocab.Encode("\n" + string(unknown))
	if err != nil {
		return nil, err
	}
	loader, err := data.NewIndexLoader(len(rows), func(indices []int) data.TokenBatch {
		return pairs(rows, indices, ids[0], ids[1])
	}, data.LoaderOptions{BatchSize: poemsBatch, Shuffle: true, DropLast: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	trainer := train.Trainer[data.TokenBatch]{
		Models:   map[string]train.Model{"writer": writer},
		Data:     loader,
		Budget:   train.Budget{Steps: poemsSteps},
		Schedule: poemsRate,
		Step: func(_ context.Context, b data.TokenBatch) (train.Metrics, error) {
			hide(b.Inputs, ids[0], ids[1], rng)
			return train.Metrics{{Name: "loss", Value: writer.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}, nil
		},
		Callbacks: []train.Callback{show("quatrains")},
	}
	return writer, whole(trainer.Run(ctx))
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

// masked puts the placeholder in the place of unknown characters.
func masked(poem, known string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(known, r) {
			return r
		}
		return unknown
	}, poem)
}

// pairs makes rows of two poems each, with a blank line between: the model
// learns to begin anew. Every other row begins with a line end, so that poems
// can be asked for with nothing given. Unknown characters are no targets.
func pairs(poems [][]int32, indices []int, lineEnd, unknown int32) data.TokenBatch {
	b := data.TokenBatch{Rows: len(indices) / 2}
	for i := range b.Rows {
		row := slices.Concat(poems[indices[2*i]], []int32{lineEnd, lineEnd}, poems[indices[2*i+1]], []int32{lineEnd})
		if i%2 == 0 {
			row = append([]int32{lineEnd}, row...)
		} else {
			row = append(row, lineEnd)
		}
		b.Steps = len(row) - 1
		b.Inputs = append(b.Inputs, row[:b.Steps]...)
		for _, id := range row[1:] {
			if id == unknown {
				id = loss.DefaultIgnoreIndex
			}
			b.Targets = append(b.Targets, id)
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
	// heldOut is how many poems learned from there are to one that is compared
	// with the rest, to say what the numbers are for real ones.
	heldOut = 41
)

func measureQuatrains(writer *models.TextGenerator, learned []string) error {
	poems := make([]string, measuredPoems)
	for i := range poems {
		poem, err := writer.Generate("\n", poemLength, generate.Temperature(temperature), generate.TopP(topP), generate.Seed(uint64(i)))
		if err != nil {
			return err
		}
		poems[i] = poem
	}
	var held, rest []string
	for i, poem := range learned {
		if i%heldOut == 0 {
			held = append(held, poem)
		} else {
			rest = append(rest, poem)
		}
	}
	fmt.Printf("%d poems at temperature %g and top-p %g, and %d of those learned from against the others:\n", measuredPoems, temperature, topP, len(held))
	for _, row := range []struct {
		name string
		quality.Poems
	}{
		{"made", quality.MeasurePoems(poems, learned)},
		{"learned from", quality.MeasurePoems(held, rest)},
	} {
		fmt.Printf("  %-12s form %.1f %%, verses copied %.2f %%, characters repeated %.2f a poem, rhymed %.0f %%\n",
			row.name, 100*row.Form, 100*row.Copied, row.Repeats, 100*row.Rhymed)
	}
	for _, poem := range poems[:10] {
		fmt.Printf("\n%s\n", poem)
	}
	return nil
}

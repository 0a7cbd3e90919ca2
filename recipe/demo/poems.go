package demo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

const (
	poemsBatch  = 32
	poemsShown  = 12
	temperature = 0.8
	topP        = 0.9
	// poemStart is the line end before a poem: a model that has read nothing
	// else writes a whole one.
	poemStart = "\n"
	// poemLength is a poem's two lines of seven, a comma, seven, a full stop
	// and the line end.
	poemLength = 2 * (7 + 1 + 7 + 1 + 1)
)

// poems trains a text generator on classical quatrains, one poem
// to a row.
func (o *Options) poems(ctx context.Context, chapter *report.Chapter) (train.Report, error) {
	vocab, err := tokenizer.NewChars(samples.QuatrainsText())
	if err != nil {
		return train.Report{}, err
	}
	loader, err := poemLoader(vocab, o.Seed)
	if err != nil {
		return train.Report{}, err
	}
	writer, err := models.NewTextGenerator(vocab, models.TextConfig{
		Embed: 128, Hidden: 256, LR: 4e-3, Clip: 1, Dropout: 0.2, Seed: o.Seed,
	})
	if err != nil {
		return train.Report{}, err
	}

	history := &train.History{}
	cfg := writer.Config()
	*chapter = report.Chapter{
		Title: "Poems",
		Intro: fmt.Sprintf("A recurrent network that learned to guess the next character of %d classical Chinese quatrains, and then continued on its own.", len(samples.Quatrains())),
		Settings: []report.Setting{
			{Name: "network", Value: fmt.Sprintf("embedding %d → LSTM %d → %d characters", cfg.Embed, cfg.Hidden, vocab.Len())},
			{Name: "Adam", Value: fmt.Sprintf("learning rate %g, gradient norm at most %g", cfg.LR, cfg.Clip)},
			{Name: "batch", Value: fmt.Sprintf("%d poems", poemsBatch)},
			{Name: "sampling", Value: fmt.Sprintf("temperature %g, top-p %g", temperature, topP)},
			{Name: "examples", Value: "chinese-poetry, MIT licence; the poems are in the public domain"},
		},
	}
	sheet := func(e train.Event) error {
		poems, err := o.sheetOfPoems(writer)
		if err != nil {
			return err
		}
		kept := 0
		for _, p := range poems {
			if quality.IsQuatrain(p) {
				kept++
			}
		}
		caption := fmt.Sprintf("after %s; %d of %d keep the form of seven and seven", words.Count(e.Step, "step"), kept, len(poems))
		chapter.Samples = append(chapter.Samples, report.Sample{Caption: "after " + words.Count(e.Step, "step"), Text: poems[0]})
		chapter.Final = []report.Sample{{Caption: caption, Text: strings.Join(poems, "\n\n")}}
		err = o.write(Poems, func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join(poems, "\n\n")+"\n")
			return err
		})
		if err != nil {
			return err
		}
		return models.Save(o.path("poems.safetensors"), writer)
	}
	trainer := train.Trainer[data.Pair[[]int32, []int32]]{
		Data: loader,
		Step: func(_ context.Context, batch data.Pair[[]int32, []int32]) (train.Metrics, error) {
			loss := writer.Step(batch.First, batch.Second, len(batch.First)/poemLength, poemLength)
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
		Budget:    o.budget(1 - facesShare),
		Callbacks: o.callbacks(Task{"poems", "characters", poemsBatch * poemLength}, history, sheet),
	}
	r, err := trainer.Run(ctx)
	chapter.Curves = []report.Curve{{Title: "Poems", Axis: "nats a character", Series: series(history, "loss")}}
	return r, err
}

// poemLoader gives batches of inputs and the targets that follow them.
func poemLoader(vocab tokenizer.Tokenizer, seed uint64) (*data.Loader[data.Pair[[]int32, []int32]], error) {
	var rows [][]int32 // the start, then the poem
	for _, poem := range samples.Quatrains() {
		row, err := vocab.Encode(poemStart + poem + "\n")
		if err != nil {
			return nil, err
		}
		if len(row) == poemLength+1 {
			rows = append(rows, row)
		}
	}
	return data.NewIndexLoader(len(rows), func(indices []int) (batch data.Pair[[]int32, []int32]) {
		for _, i := range indices {
			batch.First = append(batch.First, rows[i][:poemLength]...)
			batch.Second = append(batch.Second, rows[i][1:]...)
		}
		return batch
	}, data.LoaderOptions{BatchSize: poemsBatch, Shuffle: true, DropLast: true, Seed: seed})
}

// sheetOfPoems lets the model write its sheet of poems.
func (o *Options) sheetOfPoems(writer *models.TextGenerator) ([]string, error) {
	poems := make([]string, poemsShown)
	for i := range poems {
		text, err := writer.Generate(poemStart, poemLength, generate.Temperature(temperature), generate.TopP(topP), generate.Seed(o.Seed+uint64(i)))
		if err != nil {
			return nil, err
		}
		poems[i] = firstPoem(strings.TrimPrefix(text, poemStart))
	}
	return poems, nil
}

// firstPoem is a text up to its second line end.
func firstPoem(text string) string {
	lines := strings.SplitN(text, "\n", 3)
	return strings.TrimSpace(strings.Join(lines[:min(len(lines), 2)], "\n"))
}

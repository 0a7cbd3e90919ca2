package main

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/generate/writing"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/tokenizer"
)

const (
	// evalTexts and evalLength are how many texts a model writes to be measured, of
	// how many tokens: a second or two.
	evalTexts  = 16
	evalLength = 400
	// evalTemperature and evalTopP are the defaults of generate text.
	evalTemperature = 0.8
	evalTopP        = 0.95
)

// wrote is what a model wrote, to be compared with a text.
type wrote struct {
	*evalCommand
	m       writer
	learned string
	form    generate.Form // nil if none is measured
	texts   []string
}

// write lets the model write. Where a form is measured, a text ends with a blank line,
// as poems do.
func (w *wrote) write(ctx context.Context) error {
	prompt, err := recipe.Opening(w.m.Tokenizer())
	if err != nil {
		return err
	}
	n, seed := w.number()
	options := []generate.Option{generate.Temperature(evalTemperature), generate.TopP(evalTopP), generate.Seed(seed)}
	if w.form == nil {
		n = evalTexts
	} else {
		options = append(options, generate.Stop("\n\n"))
	}
	results, err := generate.Samples(ctx, w.m, prompt, n, evalLength, options...)
	for _, r := range results {
		if err == nil {
			err = r.Err
		}
		w.texts = append(w.texts, strings.TrimSpace(r.Text))
	}
	return err
}

// characters are those that rhymes are looked for among: the model's and the text's.
func (w *wrote) characters() string {
	all := form.Characters(w.m.Tokenizer())
	if own, err := tokenizer.NewChars(w.learned); err == nil { // else the text has none
		all += form.Characters(own)
	}
	return all
}

// report says how varied the texts are, what they have word for word from the text, and
// how many keep the form, each beside as much of the text itself.
func (w *wrote) report(t *namedLines) {
	all := strings.Join(w.texts, "\n")
	own, others := passages(w.learned, utf8.RuneCountInString(all))
	t.line("wrote", "%s, %s", words.Count(len(w.texts), "text"), words.Thousand(utf8.RuneCountInString(all), "character"))
	real := [][]string{writing.Words(own)}
	made := make([][]string, len(w.texts))
	for i, text := range w.texts {
		made[i] = writing.Words(text)
	}
	for n, what := range []string{"distinct words", "distinct pairs"} {
		t.line(what, "%.1f %%, as much of the text has %.1f %%", 100*writing.Distinct(made, n+1), 100*writing.Distinct(real, n+1))
	}
	c := writing.LongestCopy(all, w.learned)
	between := writing.LongestCopy(own, others)
	t.line("longest copy", "%s: %q; the text has %d of its own twice", words.Count(c.Characters, "character"), shortenedTo(c.Text), between.Characters)
	if w.form != nil {
		keeps := func(texts []string) float64 {
			return 100 * writing.Share(texts, func(text string) bool { return form.Matches(w.form, text) })
		}
		t.line("keep the form", "%.1f %% of %s; of the text's own paragraphs, %.1f %%", keeps(w.texts), words.Count(len(w.texts), "text"), keeps(data.Paragraphs(w.learned)))
	}
}

// passages are the last characters of a text, at most half of it, and those before.
func passages(text string, n int) (last, before string) {
	n = min(n, utf8.RuneCountInString(text)/2)
	at := len(text)
	for range n {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return text[at:], text[:at]
}

// shortenedTo is a text of which the middle is left out if it is long.
func shortenedTo(text string) string {
	const most = 60
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most/2]) + " … " + string(runes[len(runes)-most/2:])
}

package recipe

import (
	"cmp"
	"fmt"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/tensor"
)

// facts are what the report says of the text, and how the network reads it.
func (c *Text) facts(of *tokens) []report.Facts {
	text := of.of
	about := report.Facts{Title: "Text", Settings: []report.Setting{
		{Name: "texts", Value: words.Thousands(len(text.docs))},
		{Name: "characters", Value: fmt.Sprintf("%s, %s", words.Thousands(text.characters), words.Thousand(text.kinds.n, "different one"))},
		{Name: "tokens", Value: fmt.Sprintf("%s to learn from, %s to validate on, of %s", words.Thousands(of.learn.Len()), words.Thousands(len(of.held)), words.Thousand(of.vocab.Len(), "kind"))},
		{Name: "changed", Value: cmp.Or(text.remarks(), "nothing: it is read as it is")},
	}}
	facts := []report.Facts{about}
	if m, ok := c.writer.(attentive); ok {
		if maps := attention(m, of); maps != nil {
			facts = append(facts, report.Facts{
				Title: "Attention", Attention: maps,
				Remark: "How much each token (a row) takes of itself and those before it (the columns), the darker the more, in each head of the layers, of which at most eight each are shown. It says where a head looks, not why.",
			})
		}
	}
	return facts
}

// attentive is a network that tells where it looks.
type attentive interface {
	Window() int
	// Attention is [heads, tokens, tokens] for each layer.
	Attention(tokens []int32) []*tensor.Tensor
}

const (
	shownTokens = 16 // of a sentence: as many have room beside a map
	shownMaps   = 8  // layers, and heads of a layer
)

// attention is the maps of the first tokens that were held out, or else learned; nil if
// there are too few.
func attention(m attentive, of *tokens) *report.Attention {
	ids := of.held
	if len(ids) < shownTokens {
		ids = make([]int32, min(shownTokens, of.learn.Len()))
		of.learn.ReadTokens(ids, 0)
	}
	ids = ids[:min(len(ids), shownTokens, m.Window())]
	if len(ids) < 2 {
		return nil
	}
	a := &report.Attention{}
	for _, id := range ids {
		a.Tokens = append(a.Tokens, of.vocab.Decode([]int32{id}))
	}
	maps := m.Attention(ids)
	n := len(ids)
	for _, l := range measure.Spaced(len(maps), shownMaps) {
		weights := maps[l].Float32s()
		var row []report.Map
		for _, h := range measure.Spaced(maps[l].Dim(0), shownMaps) {
			row = append(row, report.Map{Name: fmt.Sprintf("layer %d, head %d", l+1, h+1), Weights: weights[h*n*n:][:n*n]})
		}
		a.Layers = append(a.Layers, row)
	}
	for _, t := range maps {
		t.Release()
	}
	return a
}

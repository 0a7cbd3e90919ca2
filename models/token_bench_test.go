package models

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/tokenizer"
)

// untrained is a model of the usual size: 10 000
// tokens, embedding 256, hidden 512.
func untrained(b *testing.B, be backend.Backend) *TextGenerator {
	chars := make([]rune, 10000)
	for i := range chars {
		chars[i] = '一' + rune(i)
	}
	vocab, err := tokenizer.NewChars(string(chars))
	require.NoError(b, err)
	m, err := NewTextGenerator(vocab, TextConfig{Backend: be})
	require.NoError(b, err)
	return m
}

var sampling = map[string][]generate.Option{
	"greedy": {generate.Temperature(0)}, "sampled": {generate.Temperature(0.8)}, "topk=40": {generate.Temperature(0.8), generate.TopK(40)}, "topp=0.9": {generate.TopP(0.9)},
}

// BenchmarkToken generates text, one token an operation.
func BenchmarkToken(b *testing.B) {
	m := untrained(b, nil)
	q, err := Quantize(m)
	require.NoError(b, err)
	for _, l := range []struct {
		name  string
		model *TextGenerator
		bytes float64 // of the weights that are read
	}{{"float32", m, 4}, {"int8", q, 1}} {
		for how, options := range sampling {
			b.Run(l.name+"/"+how, func(b *testing.B) {
				s, err := generate.NewSampler(nil, options...)
				require.NoError(b, err)
				r := l.model.NewReader()
				defer r.Release()
				id, logits := []int32{1}, make([]float32, l.model.tokens.Len())
				b.ReportAllocs()
				for b.Loop() {
					r.Read(id, logits)
					id[0], err = s.Pick(logits)
					require.NoError(b, err)
				}
				b.ReportMetric(l.bytes*(2048*768+10000*512)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}

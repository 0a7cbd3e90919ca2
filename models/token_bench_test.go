package models

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
)

// documentText is an untrained model of the founding document's size: 10 000
// tokens, embedding 256, hidden 512.
func documentText(b *testing.B, be backend.Backend) *TextGenerator {
	chars := make([]rune, 10000)
	for i := range chars {
		chars[i] = '一' + rune(i)
	}
	vocab, err := NewCharVocab(string(chars))
	require.NoError(b, err)
	m, err := NewTextGenerator(vocab, TextConfig{Backend: be})
	require.NoError(b, err)
	return m
}

var sampling = map[string][]GenerateOption{
	"greedy": {Temperature(0)}, "sampled": {Temperature(0.8)}, "topk=40": {Temperature(0.8), TopK(40)}, "topp=0.9": {TopP(0.9)},
}

// BenchmarkSample chooses one of 10 000 tokens.
func BenchmarkSample(b *testing.B) {
	logits, scratch := make([]float32, 10000), make([]float32, 10000)
	for i := range logits {
		logits[i] = float32(3 * math.Sin(float64(i*i)))
	}
	for how, options := range sampling {
		b.Run(how, func(b *testing.B) {
			s := newSampler([]int32{0}, options)
			for b.Loop() {
				copy(scratch, logits)
				_, err := s.pick(scratch)
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkToken generates text, one token an operation.
func BenchmarkToken(b *testing.B) {
	m := documentText(b, nil)
	q, err := Quantize(m)
	require.NoError(b, err)
	for _, l := range []struct {
		name  string
		model *language
		bytes float64 // of the weights that are read
	}{{"float32", &m.language, 4}, {"int8", &q.language, 1}} {
		for how, options := range sampling {
			b.Run(l.name+"/"+how, func(b *testing.B) {
				s, r := newSampler(nil, options), l.model.newReader()
				defer r.release()
				id, err := []int32{1}, error(nil)
				b.ReportAllocs()
				for b.Loop() {
					r.read(id, true)
					id[0], err = s.pick(r.logits)
					require.NoError(b, err)
				}
				b.ReportMetric(l.bytes*(2048*768+10000*512)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
	}
}

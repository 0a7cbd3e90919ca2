package models

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

// kinds is a vocabulary of n characters.
func kinds(b *testing.B, n int) tokenizer.Tokenizer {
	b.Helper()
	chars := make([]rune, n)
	for i := range chars {
		chars[i] = rune(0x4e00 + i)
		if i >= 20000 { // beyond are surrogates
			chars[i] = rune(0x20000 + i)
		}
	}
	t, err := tokenizer.NewChars(string(chars))
	require.NoError(b, err)
	return t
}

// The size of facts of other libraries: 4 layers, 256 wide, 8 texts of 128 tokens of 96.
func BenchmarkGPTStep(b *testing.B) {
	for _, style := range []string{gpt2, qwen3} {
		b.Run("style="+style, func(b *testing.B) {
			m, err := NewGPT(kinds(b, 96), GPTConfig{Style: style, Context: 128, Layers: 4, Width: 256, Heads: 4})
			require.NoError(b, err)
			x, y := make([]int32, 8*128), make([]int32, 8*128)
			for i := range x {
				x[i], y[i] = int32(i*i*7%96), int32(i*i*5%96)
			}
			for b.Loop() {
				m.Step(x, y, 8, 128)
			}
		})
	}
}

// GPT-2 small: a token after others, and a prompt.
func BenchmarkGPT2Small(b *testing.B) {
	m, err := NewGPT(kinds(b, 50257), GPTConfig{Style: gpt2, Context: 1024, Layers: 12, Width: 768, Heads: 12})
	require.NoError(b, err)
	small, err := Quantize(m)
	require.NoError(b, err)
	prompt, logits := make([]int32, 960), make([]float32, 50257)
	for i := range prompt {
		prompt[i] = int32(i * 31 % 50257)
	}
	for _, m := range []struct {
		name string
		*GPT
	}{{"float32", m}, {"int8", small}} {
		for _, after := range []int{64, 960} {
			b.Run(fmt.Sprintf("token/after=%d/weights=%s", after, m.name), func(b *testing.B) {
				r := m.NewReader().(*gptReader)
				defer r.Release()
				r.Read(prompt[:after], nil)
				for b.Loop() {
					r.Read(prompt[:1], logits)
					if r.caches.Len() == after+32 {
						r.caches.Truncate(after)
					}
				}
			})
		}
		b.Run("prompt=512/weights="+m.name, func(b *testing.B) {
			for b.Loop() {
				r := m.NewReader()
				r.Read(prompt[:512], logits)
				r.Release()
			}
		})
	}
}

package models

import (
	"bytes"
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
)

// Half precision halves the file, and loads as float32 within its rounding.
func TestHalfPrecision(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for kind, m := range samples(t, be) {
			for _, c := range []struct {
				option SaveOption
				half   float64 // of the last place that is kept
				least  float64
			}{{Float16(), 0x1p-11, 0x1p-25}, {BFloat16(), 0x1p-8, 0x1p-134}} {
				path := filepath.Join(t.TempDir(), kind)
				require.NoError(t, Save(path, m, c.option))
				got, err := Load(path, On(be))
				require.NoError(t, err)
				want := stateOf(m)
				rounded := false
				for name, values := range stateOf(got) {
					require.Len(t, want[name], len(values))
					for i, v := range values {
						w := want[name][i]
						require.InDelta(t, w, v, c.half*math.Abs(w)+c.least, "%s %s[%d]", kind, name, i)
						rounded = rounded || v != w
					}
					delete(want, name)
				}
				assert.Empty(t, want)
				assert.True(t, rounded)

				assert.Equal(t, written(t, m, c.option), written(t, got, c.option), "rounded again, nothing changes")
			}
		}
	}
}

func TestHalfPrecisionHalvesTheFile(t *testing.T) {
	m, err := NewMLP(MLPConfig{Sizes: []int{100, 200, 10}})
	require.NoError(t, err)
	for _, option := range []SaveOption{Float16(), BFloat16()} {
		assert.InDelta(t, 2*layers.Count(m), len(written(t, m, option)), 1000, "two bytes a number, and the header")
	}
}

func TestHalfPrecisionRefuses(t *testing.T) {
	m, err := NewMLP(MLPConfig{Sizes: []int{2, 1}})
	require.NoError(t, err)
	param(m, "0.weight").SetFloat32s([]float32{1, -65520})
	assert.EqualError(t, write(&bytes.Buffer{}, m, Float16()), `tensor "0.weight": element 1, -65520, is too large for F16`)
	assert.NoError(t, write(&bytes.Buffer{}, m, BFloat16()))
	assert.NoError(t, write(&bytes.Buffer{}, m))
	assert.ErrorContains(t, write(&bytes.Buffer{}, m, BFloat16(), WithTraining()),
		"training: it could not go on from weights rounded to BF16")
	param(m, "0.weight").SetFloat32s([]float32{1, math.MaxFloat32})
	assert.ErrorContains(t, write(&bytes.Buffer{}, m, BFloat16()), `tensor "0.weight": element 1, 3.40282`)
}

// What is int8 stays int8; its scales stay exact.
func TestHalfPrecisionOfInt8(t *testing.T) {
	q := quantized(t, samples(t, nil)["chars"])
	m, err := readBytes(written(t, q, Float16()))
	require.NoError(t, err)
	got := m.(*TextGenerator)
	assert.Equal(t, q.Linear.Weight, got.Linear.Weight)
	assert.InDeltaSlice(t, q.Linear.Bias.Float32s(), got.Linear.Bias.Float32s(), 1e-3)
	assert.NotEqual(t, q.Linear.Bias.Float32s(), got.Linear.Bias.Float32s())
}

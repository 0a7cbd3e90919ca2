package profile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/profile"
)

// Int8 weights count a byte each, whatever the word of the backend is.
func TestCostOfInt8Weights(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	x, dst := backend.NewView(p.Alloc(2*32), 2, 32), backend.NewView(p.Alloc(2*16), 2, 16)
	p.Fill(x, 1)
	p.Reset()
	w := &backend.Int8Matrix{Rows: 16, Cols: 32, Values: make([]int8, 16*32), Scale: make([]float32, 16)}
	require.True(t, p.LinearInt8(dst, x, w, backend.View{}))
	e := p.Events()[0]
	assert.Equal(t, "linear_int8", e.Op)
	assert.Equal(t, 2.0*2*16*32, e.FLOPs)
	assert.Equal(t, 4.0*(2*32+2*16)+16*32+4*16, e.Bytes)

	require.True(t, p.Decode(backend.NewView(x.Buf, 1, 32), w, 7))
	assert.Equal(t, "decode", p.Events()[1].Op)
	assert.Equal(t, inner(t, "cpu").(backend.DecodeKernel).DecodeBlock(), p.DecodeBlock())

	plain := profile.New(inner(t, "reference"))
	assert.False(t, plain.LinearInt8(dst, x, w, backend.View{}))
	assert.False(t, plain.LSTMInt8(dst, x, x, w, x, x))
	assert.False(t, plain.Decode(dst, w, 0))
	assert.Zero(t, plain.DecodeBlock())
	assert.Empty(t, plain.Events())
}

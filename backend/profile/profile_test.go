package profile_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/backendtest"
	_ "github.com/org/artnn/backend/cpu"
	"github.com/org/artnn/backend/profile"
	_ "github.com/org/artnn/backend/reference"
)

func inner(t *testing.T, name string) backend.Backend {
	be, err := backend.Get(name)
	require.NoError(t, err)
	return be
}

// A profiler is a backend like the one inside it.
func TestConformance(t *testing.T) { backendtest.Run(t, profile.New(inner(t, "cpu"))) }

func TestKernelsOfAPlainBackendDecline(t *testing.T) {
	p := profile.New(inner(t, "reference"))
	v := backend.NewView(p.Alloc(4), 2, 2)
	assert.False(t, p.Softmax(v, v, false))
	assert.Empty(t, p.Events())
}

func gemm(p *profile.Profiler, m, n, k int) {
	view := func(r, c int) backend.View {
		v := backend.NewView(p.Alloc(r*c), r, c)
		p.Fill(v, 1)
		return v
	}
	a, b, dst := view(m, k), view(k, n), view(m, n)
	p.Reset()
	p.Gemm(dst, a, b, 1, 0, backend.Epilogue{})
}

func TestCostOfAProduct(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	gemm(p, 8, 16, 32)
	events := p.Events()
	require.Len(t, events, 1)
	e := events[0]
	assert.Equal(t, "gemm", e.Op)
	assert.Equal(t, []int{8, 16, 32}, e.Shape[:e.Rank])
	assert.Equal(t, 2.0*8*16*32, e.FLOPs)
	assert.Equal(t, 4.0*(8*32+32*16+8*16), e.Bytes)
	assert.Positive(t, e.Duration)
	p.Reset()
	assert.Empty(t, p.Events())
}

func TestCostOfAConvolution(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	view := func(shape ...int) backend.View {
		v := backend.NewView(nil, shape...)
		v.Buf = p.Alloc(v.Size())
		p.Fill(v, 1)
		return v
	}
	x, w, y := view(2, 3, 8, 8), view(5, 3, 4, 4), view(2, 5, 4, 4)
	p.Reset()
	conv := backend.Conv{Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}, Pad: [2]int{1, 1}, Groups: 1}
	p.Conv2d(y, x, w, conv, backend.Epilogue{})
	p.Conv2dInputGrad(x, y, w, conv, backend.Epilogue{})
	p.Conv2dWeightGrad(w, y, x, conv, 0)
	for i, op := range []string{"conv2d", "conv2d input grad", "conv2d weight grad"} {
		e := p.Events()[i]
		assert.Equal(t, op, e.Op)
		assert.Equal(t, 2.0*2*5*4*4*3*4*4, e.FLOPs)
		assert.Equal(t, 4.0*(2*3*8*8+5*3*4*4+2*5*4*4), e.Bytes)
	}
}

func TestBroadcastOperandsCountOnce(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	row := backend.NewView(p.Alloc(4), 4)
	wide := row
	wide.Rank, wide.Shape, wide.Strides = 2, [backend.MaxRank]int{3, 4}, [backend.MaxRank]int{0, 1}
	dst := backend.NewView(p.Alloc(12), 3, 4)
	p.Fill(row, 1)
	p.Reset()
	p.Unary(backend.Neg, dst, wide, backend.Params{})
	assert.Equal(t, 4.0*(12+4), p.Events()[0].Bytes)
}

func TestTable(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	gemm(p, 64, 64, 64)
	var b strings.Builder
	require.NoError(t, p.WriteTable(&b, profile.Machine{FLOPS: 1e11, Bandwidth: 1e10}))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 3)
	assert.Contains(t, lines[1], "gemm 64x64x64")
	assert.Contains(t, lines[2], "all")
}

func TestTraceIsWhatChromeReads(t *testing.T) {
	p := profile.New(inner(t, "cpu"))
	gemm(p, 4, 4, 4)
	var b bytes.Buffer
	require.NoError(t, p.WriteTrace(&b))
	var trace struct {
		TraceEvents []struct {
			Name, Ph string
			Ts, Dur  float64
		}
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &trace))
	require.Len(t, trace.TraceEvents, 1)
	assert.Equal(t, "gemm", trace.TraceEvents[0].Name)
	assert.Equal(t, "X", trace.TraceEvents[0].Ph)
	assert.Positive(t, trace.TraceEvents[0].Dur)
}

func TestMeasureFindsPlausibleRates(t *testing.T) {
	m := profile.Measure(inner(t, "cpu"))
	assert.Greater(t, m.FLOPS, 1e7)
	assert.Greater(t, m.Bandwidth, 1e7)
}

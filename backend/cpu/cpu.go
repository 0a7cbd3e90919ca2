// Package cpu is the float32 backend: the kernels of package asm, spread over
// a persistent pool of workers and fed with memory from a pool of its own.
//
// Importing it registers the backend under the name "cpu". It implements every
// optional kernel of package backend.
//
// # Order of sums
//
// Every sum is cut into parts by shape only, and each part is computed in the same
// order whichever worker runs it, so results do not depend on GOMAXPROCS.
package cpu

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
	"github.com/org/artnn/internal/words"
)

// Name is what the backend is registered under.
const Name = "cpu"

func init() {
	backend.Register(Name, func() backend.Backend { return newCPU() })
}

// cpu implements backend.Backend and all its optional kernels.
type cpu struct {
	pool pool
	team team.Team
	env  gemm.Env // of products
}

var (
	_ backend.Backend            = (*cpu)(nil)
	_ backend.SoftmaxKernel      = (*cpu)(nil)
	_ backend.CrossEntropyKernel = (*cpu)(nil)
	_ backend.LayerNormKernel    = (*cpu)(nil)
	_ backend.BatchNormKernel    = (*cpu)(nil)
	_ backend.ScaleShiftKernel   = (*cpu)(nil)
	_ backend.RMSNormKernel      = (*cpu)(nil)
	_ backend.GatedKernel        = (*cpu)(nil)
	_ backend.LSTMKernel         = (*cpu)(nil)
	_ backend.AttentionKernel    = (*cpu)(nil)
	_ backend.RotaryKernel       = (*cpu)(nil)
	_ backend.GRUKernel          = (*cpu)(nil)
	_ backend.DecodeKernel       = (*cpu)(nil)
	_ backend.LinearInt8Kernel   = (*cpu)(nil)
	_ backend.LSTMInt8Kernel     = (*cpu)(nil)
	_ backend.OptimizerKernel    = (*cpu)(nil)
	_ backend.ProductAdamKernel  = (*cpu)(nil)
)

func newCPU() *cpu {
	c := new(cpu)
	c.team.Init()
	c.env = gemm.Env{Memory: &c.pool, Team: &c.team}
	return c
}

func (*cpu) Name() string { return Name }

func (*cpu) Precision() backend.Precision { return backend.Float32 }

// data is the memory of a buffer this package made.
func data(b backend.Buffer) []float32 {
	buf, ok := b.(*buffer)
	if !ok {
		panic(fmt.Sprintf("cpu: expected a buffer of this backend, got %T", b))
	}
	if buf.state.Load() != live {
		panic("cpu: buffer used after it was freed")
	}
	return buf.data
}

// from is the memory of a view from its first element on; nil if v is empty.
func from(v *backend.View) []float32 {
	if v.Size() == 0 {
		return nil
	}
	return data(v.Buf)[v.Offset:]
}

// dense is the memory of a contiguous view.
func dense(v *backend.View) []float32 {
	n := v.Size()
	if n == 0 {
		return nil
	}
	return data(v.Buf)[v.Offset : v.Offset+n : v.Offset+n]
}

func (c *cpu) Write32(dst backend.Buffer, offset int, src []float32) {
	checkRange("Write32", dst.Len(), offset, len(src))
	copy(data(dst)[offset:], src)
}

func (c *cpu) Write64(dst backend.Buffer, offset int, src []float64) {
	checkRange("Write64", dst.Len(), offset, len(src))
	d := data(dst)[offset:]
	for i, x := range src {
		d[i] = float32(x)
	}
}

func (c *cpu) Read32(dst []float32, src backend.Buffer, offset int) {
	checkRange("Read32", src.Len(), offset, len(dst))
	copy(dst, data(src)[offset:])
}

func (c *cpu) Read64(dst []float64, src backend.Buffer, offset int) {
	checkRange("Read64", src.Len(), offset, len(dst))
	s := data(src)[offset:]
	for i := range dst {
		dst[i] = float64(s[i])
	}
}

func checkRange(op string, length, offset, n int) {
	if offset < 0 || offset > length || n > length-offset {
		panic(fmt.Sprintf("%s: expected a range inside %s, got %d from %d on", op, words.Count(length, "number"), n, offset))
	}
}

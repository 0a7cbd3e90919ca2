package gemm

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

// Matrix is a strided matrix, whose element (i, j) is Mem[i*Row+j*Col], or one of
// patches.
type Matrix struct {
	Mem []float32
	Strides

	Patches  *Patches // or nil
	row, col int      // of the patches where the matrix begins
}

// From is the matrix from element (i, j) on.
func (m Matrix) From(i, j int) Matrix {
	if m.Patches != nil {
		m.row, m.col = m.row+i, m.col+j
		return m
	}
	return Matrix{Mem: m.Mem[i*m.Row+j*m.Col:], Strides: m.Strides}
}

func (m Matrix) transposed() Matrix { return Matrix{Mem: m.Mem, Strides: Strides{m.Col, m.Row}} }

// Product is C = act(Alpha·A@B + Beta·C + bias) with A [M, K], B [K, N], C [M, N],
// for Batch of each, which lie StepA, StepB and StepC numbers apart.
type Product struct {
	M, N, K     int
	A, B        Matrix
	C           []float32 // rows of unit stride
	LdC         int       // numbers from one row of C to the next
	Alpha, Beta float32
	Epilogue    Epilogue

	Batch               int // 0 is 1
	StepA, StepB, StepC int
}

// Epilogue is what happens to each finished element x of column j:
// act(x + Bias[j] + Shift).
type Epilogue struct {
	Bias  []float32 // nil for none
	Shift float32
	Act   backend.Activation
	Slope float32 // of leaky ReLU

	scale float32 // x is multiplied by it first
}

// SetC arranges the product so that the destination, mem with the strides c, has rows
// of unit stride, and a vector is a row, transposing all of it if need be. It reports
// whether that was possible.
func (p *Product) SetC(mem []float32, c Strides) bool {
	straight := c.Col == 1 || p.N == 1
	transposed := (c.Row == 1 || p.M == 1) && (p.Epilogue.Bias == nil || p.N == 1)
	if transposed && (!straight || p.N == 1 && p.M > 1) {
		if p.Epilogue.Bias != nil {
			p.Epilogue.Shift, p.Epilogue.Bias = p.Epilogue.Bias[0], nil
		}
		p.M, p.N = p.N, p.M
		p.A, p.B = p.B.transposed(), p.A.transposed()
		p.StepA, p.StepB = p.StepB, p.StepA
		c, straight = Strides{c.Col, c.Row}, true
	}
	if straight {
		p.C, p.LdC = mem, c.Row
	}
	return straight
}

// normalise gives meaning to strides that have none: those of axes of size 1.
func (p *Product) normalise() {
	if p.K == 1 {
		p.A.Col, p.B.Row = 1, p.N
		if p.B.Col != 1 {
			p.B.Row = 1
		}
	}
	if p.M == 1 {
		p.A.Row, p.LdC = max(p.K, 1), p.N
		if p.A.Col != 1 {
			p.A.Row = 1
		}
	}
	if p.N == 1 {
		p.B.Col = 1
		if p.B.Row == 1 {
			p.B.Col = p.K
		}
	}
}

func (p *Product) problem() Problem {
	return Problem{
		Batch: max(p.Batch, 1), M: p.M, N: p.N, K: p.K, A: p.A.Strides, B: p.B.Strides, Scaled: p.Alpha != 1,
		Patches: p.A.Patches != nil || p.B.Patches != nil,
	}
}

// matrices points the product at number i of the batch that it is the first of.
func (p *Product) matrices(of *Product, i int) {
	p.A.Mem, p.B.Mem, p.C = shift(of.A.Mem, i*of.StepA), shift(of.B.Mem, i*of.StepB), of.C[i*of.StepC:]
}

// shift is mem from offset on; an empty operand has no memory.
func shift(mem []float32, offset int) []float32 {
	if len(mem) == 0 {
		return nil
	}
	return mem[offset:]
}

func (e *Epilogue) empty() bool {
	return e.scale == 1 && e.Bias == nil && e.Shift == 0 && e.Act == backend.ActNone
}

// rect is rows [i0, i1) and columns [j0, j1) of C.
type rect struct{ i0, i1, j0, j1 int }

// finish applies the epilogue to part of C.
func (p *Product) finish(r rect) {
	e := &p.Epilogue
	if e.empty() {
		return
	}
	for i := r.i0; i < r.i1; i++ {
		row := p.C[i*p.LdC+r.j0 : i*p.LdC+r.j1]
		if e.scale != 1 {
			asm.MulScalar(row, row, e.scale)
		}
		e.Apply(row, r.j0)
	}
}

// Apply finishes part of a row, from a column on.
func (e *Epilogue) Apply(row []float32, column int) {
	if e.Bias != nil {
		asm.Add(row, row, e.Bias[column:][:len(row)])
	}
	if e.Shift != 0 {
		asm.AddScalar(row, row, e.Shift)
	}
	e.Activate(row)
}

// Activate applies the activation only.
func (e *Epilogue) Activate(row []float32) {
	switch e.Act {
	case backend.ActReLU:
		asm.ReLU(row, row)
	case backend.ActLeakyReLU:
		asm.LeakyReLU(row, row, e.Slope)
	case backend.ActTanh:
		asm.Tanh(row, row)
	case backend.ActSigmoid:
		asm.Sigmoid(row, row)
	case backend.ActGELU:
		asm.GELU(row, row)
	case backend.ActGELUTanh:
		asm.GELUTanh(row, row)
	case backend.ActSiLU:
		asm.SiLU(row, row)
	}
}

// start brings part of C to what the first block of K is added to, and reports
// whether it is added at all: with Beta 0 it overwrites.
func (p *Product) start(r rect) (accumulate bool) {
	if p.Beta == 0 {
		return false
	}
	if p.Beta != 1 {
		for i := r.i0; i < r.i1; i++ {
			row := p.C[i*p.LdC+r.j0 : i*p.LdC+r.j1]
			asm.MulScalar(row, row, p.Beta)
		}
	}
	return true
}

package gemm

import "github.com/org/artnn/asm"

// Strides are the distances in memory, in numbers, between neighbours of a
// column (Row) and of a row (Col). They are not negative.
type Strides struct{ Row, Col int }

// Problem is what a plan depends on: the shape and layout of C = A@B with A [M, K],
// B [K, N] and C [M, N]. Rows of C are contiguous.
type Problem struct {
	Batch   int // products of this shape in one call
	M, N, K int
	A, B    Strides
	Scaled  bool // A is multiplied by a number while it is packed
	Patches bool // an operand is one of patches, which are packed
}

// work is the number of multiplications of one product.
func (p *Problem) work() int { return p.M * p.N * p.K }

// Machine is what a plan depends on besides.
type Machine struct {
	Wide      bool // asm.Wide: one kernel for two panels of each operand
	LastLevel int  // bytes of the last-level cache
	Workers   int  // changes who computes what, and no result
}

// thisMachine is the machine that runs the program, for one worker.
func thisMachine() Machine { return Machine{asm.Wide(), asm.LastLevelCache(), 1} }

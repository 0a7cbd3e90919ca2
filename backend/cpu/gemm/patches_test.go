package gemm

import (
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/asm"
)

// formed is the matrix of patches, element by element.
func formed(p *Patches, images int) (x []float32, rows, cols int) {
	rows, cols = images*p.Down*p.Across, p.KH*p.KW*p.C
	for r := range rows {
		for k := range cols {
			tap := k / p.C
			y := r/p.Across%p.Down*p.StepY + p.FirstY + tap/p.KW*p.TapY
			x0 := r%p.Across*p.StepX + p.FirstX + tap%p.KW*p.TapX
			if y < 0 || y >= p.H || x0 < 0 || x0 >= p.W {
				x = append(x, 0)
				continue
			}
			x = append(x, p.Mem[r/p.Across/p.Down*p.Image+y*p.Line+x0*p.Pixel+k%p.C])
		}
	}
	return x, rows, cols
}

// Packing patches gives what packing the matrix of them would, from any element on.
func TestPackingOfPatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	pick := func(lo, hi int) int { return lo + rng.IntN(hi-lo+1) }
	for range 400 {
		p := &Patches{
			H: pick(1, 9), W: pick(1, 9), C: [...]int{1, 3, 5, 16, 32, 20}[rng.IntN(6)], Down: pick(1, 6), Across: pick(1, 9),
			KH: pick(1, 4), KW: pick(1, 4), StepY: pick(1, 3), StepX: pick(1, 3), TapY: pick(1, 3), TapX: pick(1, 2),
			FirstY: pick(-4, 2), FirstX: pick(-4, 2),
		}
		p.Pixel = p.C + rng.IntN(2)*pick(1, 3)
		p.Line = p.W * p.Pixel
		p.Image = p.H*p.Line + rng.IntN(2)*7
		const images = 2
		p.Mem = normal(rng, images*p.Image)
		x, rows, cols := formed(p, images)
		row, col := rng.IntN(rows), rng.IntN(cols)/asm.NR*asm.NR
		m, k := min(pick(1, 40), rows-row), min(pick(1, 300), cols-col)
		whole := Matrix{Mem: x, Strides: Strides{cols, 1}}

		got, want := make([]float32, roundUp(m, asm.MR)*k), make([]float32, roundUp(m, asm.MR)*k)
		PackRows(got, p.Matrix().From(row, col), m, k, asm.MR)
		PackRows(want, whole.From(row, col), m, k, asm.MR)
		compare(t, "rows", p, got, want)

		got, want = make([]float32, roundUp(k, asm.NR)*m), make([]float32, roundUp(k, asm.NR)*m)
		PackColumns(got, p.Matrix().From(row, col), k, m)
		PackColumns(want, whole.From(row, col), k, m)
		compare(t, "columns", p, got, want)
	}
}

func compare(t *testing.T, what string, p *Patches, got, want []float32) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			q := *p
			q.Mem = nil
			t.Fatalf("%s of %+v: number %d is %v, expected %v", what, q, i, got[i], want[i])
		}
	}
}

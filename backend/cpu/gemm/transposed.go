package gemm

import "github.com/org/artnn/asm"

// transposed computes columns [j0, j1) of the product of a few rows of A with a B
// whose columns are contiguous as Cᵀ = Bᵀ·Aᵀ. The roles of the operands change: A
// is packed, and B is read once, where it lies, and need not be packed.
func (j *job) transposed(block Size, j0, j1 int) {
	slivers, kc := ceilDiv(j.M, asm.NR), block.K
	acc := j.start(rect{0, j.M, j0, j1})
	height, width := slivers*asm.NR, min(block.N, roundUp(j1-j0, asm.NR))
	scratch := j.env.Memory.Get(height*(kc+width) + asm.NR*width)
	mem := scratch.Floats()
	a, sums, square := mem[:height*kc], mem[height*kc:height*(kc+width)], mem[height*(kc+width):]
	for c := j0; c < j1; c += width {
		n := min(width, j1-c)
		for p := 0; p < j.K; p += kc {
			k := min(kc, j.K-p)
			PackRows(a, j.A.From(0, p), j.M, k, asm.NR)
			each := asm.PrefetchLines(k)
			for t := 0; t < n; t += asm.MR {
				next := j.afterTile(rect{j0: c, j1: c + n}, t, p, k)
				var lines []int32
				if next != nil {
					lines = j.lines[:slivers*each]
				}
				asm.GemmTiles(&asm.Tiles{
					Count: slivers, K: k, M: min(asm.MR, n-t), N: asm.NR, A: j.B.From(p, c+t).Mem, ARow: j.B.Col, ACol: 1,
					B: a, BTile: k * asm.NR, BRow: asm.NR, C: sums[t*asm.NR:], CTile: width * asm.NR, CRow: asm.NR, Accumulate: p > 0,
					Prefetch: &asm.Prefetch{Next: next, Offsets: lines, OffsetsTile: each},
				})
			}
		}
		j.transposeBack(sums, square, c, n, acc)
		j.finish(rect{0, j.M, c, c + n})
	}
	j.env.Memory.Put(scratch)
}

// afterTile is the part of B that is read after the tile of columns that is t
// columns into r, and k rows from p on.
func (j *job) afterTile(r rect, t, p, k int) []float32 {
	c := r.j0 + t + asm.MR
	switch {
	case c < r.j1:
	case p+k < j.K:
		p, c = p+k, r.j0
	default:
		p, c = 0, r.j1
	}
	if j.lines == nil || c >= j.N {
		return nil
	}
	return j.B.From(p, c).Mem
}

// transposeBack moves the sums of columns [c, c+n), in slivers of NR rows, to C, or
// adds them: a sliver of rows at a time, each in one run. The rows may all fall in
// the same few sets of the caches. square is memory for a sliver.
func (j *job) transposeBack(sums, square []float32, c, n int, accumulate bool) {
	width := len(square) / asm.NR
	for i := 0; i < j.M; i += asm.NR {
		for t := 0; t < n; t += asm.NR {
			asm.PackTranspose(square[t*asm.NR:], sums[i*width+t*asm.NR:], asm.NR, min(asm.NR, n-t), asm.NR, asm.NR)
		}
		for r := range min(asm.NR, j.M-i) {
			row := j.C[(i+r)*j.LdC+c:][:n]
			for t := 0; t < n; t += asm.NR {
				to, part := row[t:min(n, t+asm.NR)], square[(t+r)*asm.NR:]
				switch {
				case accumulate:
					asm.Add(to, to, part[:len(to)])
				case len(to) == asm.NR:
					*(*[asm.NR]float32)(to) = *(*[asm.NR]float32)(part)
				default:
					copy(to, part)
				}
			}
		}
	}
}

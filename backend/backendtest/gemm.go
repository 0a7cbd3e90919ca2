package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func gemmChecks() []check {
	return []check{
		{"gemm/tiles", (*suite).gemmTiles},
		{"gemm/layouts", (*suite).gemmLayouts},
		{"gemm/batch", (*suite).gemmBatch},
		{"gemm/epilogue", (*suite).gemmEpilogue},
		{"gemm/blocks", (*suite).gemmBlocks},
		{"gemm/special", (*suite).gemmSpecial},
		{"gemm/shared", (*suite).gemmShared},
	}
}

// gemmArgs are the operands of one product. bias may have no buffer.
type gemmArgs struct {
	dst, a, b   operand
	alpha, beta float64
	bias        operand
	act         backend.Activation
	slope       float64
}

func (g *gemmArgs) epilogues() (be, ref backend.Epilogue) {
	return backend.Epilogue{Bias: g.bias.be, Act: g.act, Slope: g.slope},
		backend.Epilogue{Bias: g.bias.ref, Act: g.act, Slope: g.slope}
}

func (s *suite) gemmCase(g gemmArgs) {
	s.Helper()
	beEp, refEp := g.epilogues()
	tol := s.gemmTolerance(g)
	s.be.Gemm(g.dst.be, g.a.be, g.b.be, g.alpha, g.beta, beEp)
	s.ref.Gemm(g.dst.ref, g.a.ref, g.b.ref, g.alpha, g.beta, refEp)
	what := fmt.Sprintf("gemm %v = %v(%g · %v @ %v + %g dst", g.dst.be, g.act, g.alpha, g.a.be, g.b.be, g.beta)
	inputs := []operand{g.a, g.b}
	if g.bias.be.Buf != nil {
		inputs = append(inputs, g.bias)
		what += " + bias"
	}
	s.verify(what+")", tol, g.dst, inputs...)
	s.done()
}

// steepest is the largest derivative of an activation other than leaky ReLU: GELU's,
// in either form, at √2 or so.
const steepest = 1.13

// activationULP is what an activation may add to the error of a sum.
func activationULP(act backend.Activation) float64 {
	switch act {
	case backend.ActNone, backend.ActReLU, backend.ActLeakyReLU:
		return 1
	case backend.ActTanh, backend.ActSigmoid:
		return 4
	}
	return 8
}

// gemmTolerance lets the reference compute the sum of the absolute terms.
func (s *suite) gemmTolerance(g gemmArgs) tolerance {
	k := g.a.be.Shape[g.a.be.Rank-1]
	tol := tolerance{ulp: 1, flush: true}
	tol.ulp = activationULP(g.act)
	terms := s.absolute(g.dst)
	var ep backend.Epilogue
	if g.bias.ref.Buf != nil {
		ep.Bias = s.absolute(g.bias)
	}
	s.ref.Gemm(terms, s.absolute(g.a), s.absolute(g.b), math.Abs(g.alpha), math.Abs(g.beta), ep)
	buf := make([]float64, len(g.dst.image))
	s.ref.Read64(buf, terms.Buf, 0)
	tol.each = pick(buf, g.dst.at)
	factor := s.eps * sumFactor(k) * max(steepest, math.Abs(g.slope))
	for i, v := range tol.each {
		if tol.each[i] = v * factor; v-v != 0 {
			tol.each[i] = 0
		}
	}
	return tol
}

// absolute is an operand of absolute values on the reference.
func (s *suite) absolute(o operand) backend.View {
	v := o.ref
	v.Buf = s.ref.Alloc(len(o.image))
	image := make([]float64, len(o.image))
	for i, x := range o.image {
		image[i] = math.Abs(x)
	}
	s.ref.Write64(v.Buf, 0, image)
	return v
}

// randomGemm draws layouts, scalars and epilogue for a product of given sizes.
func (s *suite) randomGemm(batch []int, m, n, k int) gemmArgs {
	in := func() layout {
		return [...]layout{contiguous, swapped, contiguous, swapped, padded, inputLayouts[s.rng.IntN(len(inputLayouts))]}[s.rng.IntN(6)]
	}
	out := [...]layout{contiguous, contiguous, padded, stepped, swapped, reversed}[s.rng.IntN(6)]
	matrix := func(rows, cols int) []int { return append(append([]int{}, batch...), rows, cols) }
	g := gemmArgs{
		a:     s.input(in(), matrix(m, k), s.normals()),
		b:     s.input(in(), matrix(k, n), s.normals()),
		alpha: [...]float64{1, 1, 1, -0.5, 2, 0}[s.rng.IntN(6)],
		beta:  [...]float64{0, 0, 1, 1, 0.5, -1}[s.rng.IntN(6)],
		act:   backend.Activation(s.rng.IntN(2) * s.rng.IntN(int(backend.NumActivations))),
		slope: 0.25,
	}
	if g.beta == 0 {
		g.dst = s.output(out, matrix(m, n)) // NaN, not to be read
	} else {
		g.dst = s.inout(out, matrix(m, n), s.normals())
	}
	if s.rng.IntN(3) == 0 {
		g.bias = s.input([...]layout{contiguous, stepped, broadcastAll, flipped}[s.rng.IntN(4)], []int{n}, s.normals())
	}
	return g
}

// gemmTiles has all pairs of edge sizes of rows and columns, with a few depths
// each, so that every pair of rows and depth and of columns and depth occurs.
func (s *suite) gemmTiles() {
	rows := thin([]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 16, 17, 31, 33, 64, 100})
	cols := thin([]int{0, 1, 2, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 49, 64, 100})
	depths := []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100, 257}
	for i, m := range rows {
		for j, n := range cols {
			for d := range 3 {
				s.gemmCase(s.randomGemm(nil, m, n, depths[(i+j*5+d*7)%len(depths)]))
			}
		}
	}
}

// gemmLayouts has all pairs of input layouts on each output layout.
func (s *suite) gemmLayouts() {
	sizes := thin([][3]int{{7, 17, 9}, {1, 33, 20}, {33, 1, 20}, {13, 16, 33}, {6, 5, 1}})
	for _, la := range inputLayouts {
		for _, lb := range thin(inputLayouts) {
			for _, lo := range thin(outputLayouts) {
				for _, size := range sizes {
					m, n, k := size[0], size[1], size[2]
					s.gemmCase(gemmArgs{
						dst: s.output(lo, []int{m, n}), alpha: 1,
						a: s.input(la, []int{m, k}, s.normals()), b: s.input(lb, []int{k, n}, s.normals()),
					})
				}
			}
		}
	}
}

func (s *suite) gemmBatch() {
	sizes := thin([][3]int{{1, 1, 1}, {5, 7, 6}, {6, 16, 8}, {17, 33, 5}, {1, 40, 30}, {40, 1, 30}, {3, 3, 0}, {0, 3, 3}, {30, 31, 32}})
	for _, batch := range []int{0, 1, 2, 5} {
		for _, size := range sizes {
			for range 6 {
				s.gemmCase(s.randomGemm([]int{batch}, size[0], size[1], size[2]))
			}
			// One matrix for all of the batch, on either side, and heads of
			// attention: the batch axis inside the rows.
			m, n, k := size[0], size[1], size[2]
			for _, l := range [][3]layout{
				{contiguous, broadcastFirst, contiguous}, {contiguous, contiguous, broadcastFirst},
				{contiguous, broadcastFirst, broadcastFirst}, {reversed, reversed, reversed}, {padded, swapped, padded},
			} {
				s.gemmCase(gemmArgs{
					dst: s.output(l[0], []int{batch, m, n}), alpha: 1,
					a: s.input(l[1], []int{batch, m, k}, s.normals()), b: s.input(l[2], []int{batch, k, n}, s.normals()),
				})
			}
		}
	}
}

// gemmEpilogue has every activation, with and without bias and beta, on small,
// skinny and larger products.
func (s *suite) gemmEpilogue() {
	for _, size := range thin([][3]int{{1, 1, 1}, {6, 16, 10}, {7, 19, 3}, {1, 50, 40}, {50, 1, 40}, {4, 4, 0}, {31, 50, 33}}) {
		m, n, k := size[0], size[1], size[2]
		for act := range backend.NumActivations {
			for _, slope := range []float64{0.25, 0, 2, -0.5} {
				if act != backend.ActLeakyReLU && slope != 0.25 {
					continue
				}
				for _, beta := range []float64{0, 1, -0.5} {
					for _, bias := range []layout{contiguous, stepped, broadcastAll, numLayouts} {
						g := gemmArgs{
							a: s.input(contiguous, []int{m, k}, s.normals()), b: s.input(swapped, []int{k, n}, s.normals()),
							alpha: 1, beta: beta, act: act, slope: slope,
						}
						if g.dst = s.output(contiguous, []int{m, n}); beta != 0 {
							g.dst = s.inout(contiguous, []int{m, n}, s.normals())
						}
						if bias != numLayouts {
							g.bias = s.input(bias, []int{n}, s.normals())
						}
						s.gemmCase(g)
					}
				}
			}
		}
	}
}

// gemmBlocks crosses the cache blocks of any packing, takes the direct paths
// for thin operands, and is split among threads.
func (s *suite) gemmBlocks() {
	for _, size := range thin([][3]int{
		{7, 40, 600}, {5, 20, 1100}, {13, 5, 2100}, {3, 5000, 9}, {300, 20, 20}, {700, 17, 3}, {130, 530, 30}, {197, 161, 259},
		{1, 1, 5000}, {1, 700, 300}, {700, 1, 300}, {1, 300, 700}, {2, 513, 300}, {300, 2, 513}, {32, 100, 600}, {32, 900, 60},
		{35, 33, 1025}, {1, 20_000, 3}, {20_000, 1, 3}, {3, 3, 20_000}, {100, 1000, 1},
	}) {
		for _, l := range [][2]layout{{contiguous, contiguous}, {swapped, contiguous}, {contiguous, swapped}, {swapped, swapped}} {
			m, n, k := size[0], size[1], size[2]
			if m*n*k > 1<<20 && l[0] != l[1] {
				continue // the large ones in two layouts only
			}
			s.gemmCase(gemmArgs{
				dst: s.inout(contiguous, []int{m, n}, s.normals()), alpha: 1, beta: 1,
				a: s.input(l[0], []int{m, k}, s.normals()), b: s.input(l[1], []int{k, n}, s.normals()),
				bias: s.input(contiguous, []int{n}, s.normals()), act: backend.ActLeakyReLU, slope: 0.25,
			})
		}
	}
	// Terms of one sign, where a poor order of summation shows.
	positive := func(int) float64 { return 0.5 + s.rng.Float64() }
	for _, size := range [][3]int{{6, 16, 4000}, {1, 40, 4000}, {40, 1, 4000}, {1, 1, 20_000}} {
		s.gemmCase(gemmArgs{
			dst: s.output(contiguous, []int{size[0], size[1]}), alpha: 1,
			a: s.input(contiguous, []int{size[0], size[2]}, positive), b: s.input(swapped, []int{size[2], size[1]}, positive),
		})
	}
}

// gemmSpecial puts NaN and infinity into one row of a or one column of b: they
// must reach all of that row or column of the product, even through zeros, and
// nothing else.
func (s *suite) gemmSpecial() {
	for _, size := range thin([][3]int{{1, 1, 1}, {5, 3, 2}, {6, 16, 8}, {7, 17, 9}, {13, 33, 20}, {1, 40, 9}, {40, 1, 9}, {2, 20, 17}, {66, 70, 68}}) {
		m, n, k := size[0], size[1], size[2]
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for range 4 {
				row, col, in := s.rng.IntN(m), s.rng.IntN(n), s.rng.IntN(k)
				zeros := func(int) float64 { return float64(s.rng.IntN(3) - 1) }
				la := [...]layout{contiguous, swapped}[s.rng.IntN(2)]
				lb := [...]layout{contiguous, swapped}[s.rng.IntN(2)]
				s.gemmCase(gemmArgs{
					dst: s.output(contiguous, []int{m, n}), alpha: 1, b: s.input(lb, []int{k, n}, zeros),
					a: s.input(la, []int{m, k}, placed(row*k+in, bad, zeros)),
				})
				s.gemmCase(gemmArgs{
					dst: s.output(contiguous, []int{m, n}), alpha: 1, a: s.input(la, []int{m, k}, zeros),
					b: s.input(lb, []int{k, n}, placed(in*n+col, bad, zeros)),
				})
				// Old contents count with beta 1, and NaN passes every activation.
				s.gemmCase(gemmArgs{
					dst: s.inout(contiguous, []int{m, n}, placed(row*n+col, bad, s.normals())), alpha: 1, beta: 1,
					a: s.input(la, []int{m, k}, s.normals()), b: s.input(lb, []int{k, n}, s.normals()),
					act: backend.Activation(s.rng.IntN(int(backend.NumActivations))), slope: 0.25,
				})
			}
		}
	}
}

// placed is value, but v at index at.
func placed(at int, v float64, value func(int) float64) func(int) float64 {
	return func(i int) float64 {
		if i == at {
			return v
		}
		return value(i)
	}
}

// gemmShared multiplies a matrix with its own transpose: inputs may overlap.
func (s *suite) gemmShared() {
	for _, size := range [][2]int{{1, 1}, {5, 9}, {9, 5}, {33, 40}, {70, 65}} {
		n, k := size[0], size[1]
		a := s.input(contiguous, []int{n, k}, s.normals())
		b := a
		for _, v := range []*backend.View{&b.be, &b.ref} {
			v.Shape[0], v.Shape[1] = v.Shape[1], v.Shape[0]
			v.Strides[0], v.Strides[1] = v.Strides[1], v.Strides[0]
		}
		s.gemmCase(gemmArgs{dst: s.output(contiguous, []int{n, n}), alpha: 1, a: a, b: b})
	}
}

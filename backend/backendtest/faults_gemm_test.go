//go:build !race

package backendtest

import "github.com/org/artnn/backend"

type gemmFunc func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue)

func gemmFaults() []broken {
	var all []broken
	add := func(name, check string, f gemmFunc) {
		all = append(all, broken{name, "gemm/" + check, with(func(m *mutant) {
			m.gemm = func(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
				f(m, dst, a, b, alpha, beta, ep)
			}
		})})
	}
	rows := func(v backend.View) int { return v.Shape[v.Rank-2] }
	cols := func(v backend.View) int { return v.Shape[v.Rank-1] }
	// after changes elements of the right result.
	after := func(f func(i int, y float64, dst, a backend.View) float64) gemmFunc {
		return func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
			m.single.Gemm(dst, a, b, alpha, beta, ep)
			m.change(dst, func(i int, y float64) float64 { return f(i, y, dst, a) })
		}
	}
	// unfused applies bias and activation as f says, after beta.
	unfused := func(f func(m *mutant, dst backend.View, ep backend.Epilogue)) gemmFunc {
		return func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
			m.single.Gemm(dst, a, b, alpha, beta, backend.Epilogue{})
			f(m, dst, ep)
		}
	}
	bias := func(m *mutant, dst backend.View, ep backend.Epilogue, of func(i int) int) {
		if ep.Bias.Buf != nil {
			c := m.get(ep.Bias)
			m.change(dst, func(i int, y float64) float64 { return y + c[of(i)] })
		}
	}
	act := func(m *mutant, dst backend.View, ep backend.Epilogue) {
		if op, ok := ep.Act.Unary(); ok && dst.Contiguous() {
			m.single.Unary(op, dst, dst, backend.Params{ep.Slope})
		}
	}

	add("beta 0 reads the destination", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		old := m.get(dst)
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		if beta == 0 {
			m.change(dst, func(i int, y float64) float64 { return y + 0*old[i] })
		}
	})
	add("alpha ignored", "tiles", func(m *mutant, dst, a, b backend.View, _, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, 1, beta, ep)
	})
	add("any beta is 1", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if beta != 0 {
			beta = 1
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("alpha scales old contents", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, alpha*beta, ep)
	})
	add("nothing written for depth 0", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if cols(a) > 0 {
			m.single.Gemm(dst, a, b, alpha, beta, ep)
		}
	})
	add("last row of a partial tile wrong", "tiles", after(func(i int, y float64, dst, _ backend.View) float64 {
		if r := rows(dst); r%6 == 5 && i/cols(dst) == r-1 {
			return 0
		}
		return y
	}))
	add("last column of a partial tile wrong", "tiles", after(func(i int, y float64, dst, _ backend.View) float64 {
		if n := cols(dst); n%16 == 15 && i%n == n-1 {
			return 0
		}
		return y
	}))
	add("last odd depth left out", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if k := cols(a); k%8 == 7 {
			a.Shape[a.Rank-1], b.Shape[b.Rank-2] = k-1, k-1
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("whole tile stored at the edge", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		if dst.Contiguous() && dst.Size()%16 == 1 {
			m.Write64(dst.Buf, dst.Offset+dst.Size(), []float64{0})
		}
	})
	add("leading dimension of the destination ignored", "layouts", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if dst.Strides[1] == 1 {
			dst.Strides[0] = dst.Shape[1]
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("column-major destination transposed", "layouts", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if dst.Strides[0] == 1 && dst.Strides[1] == dst.Shape[0] {
			dst.Strides[0], dst.Strides[1] = dst.Shape[1], 1
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("broadcast rows read past their end", "layouts", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if b.Strides[0] == 0 && b.Strides[1] == 1 {
			b.Strides[0] = b.Shape[1]
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("writes the packed input back", "tiles", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		if a.Size() > 0 {
			m.change(a, func(_ int, x float64) float64 { return x * alpha })
		}
	})
	add("first matrix for all of the batch", "batch", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if b.Rank == 3 {
			b.Strides[0] = 0
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("shared matrix stepped through", "batch", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if a.Rank == 3 && a.Strides[0] == 0 {
			a.Strides[0] = min(1, a.Shape[0])
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("bias of the first matrix only", "batch", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, backend.Epilogue{})
		if dst.Rank == 3 && dst.Shape[0] > 1 {
			dst.Shape[0] = 1
		}
		bias(m, dst, ep, func(i int) int { return i % cols(dst) })
	})
	add("bias along rows", "epilogue", unfused(func(m *mutant, dst backend.View, ep backend.Epilogue) {
		bias(m, dst, ep, func(i int) int { return i / cols(dst) % cols(dst) })
		act(m, dst, ep)
	}))
	add("bias stride ignored", "epilogue", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if ep.Bias.Strides[0] == 2 {
			ep.Bias.Strides[0] = 1
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("bias after activation", "epilogue", unfused(func(m *mutant, dst backend.View, ep backend.Epilogue) {
		act(m, dst, ep)
		bias(m, dst, ep, func(i int) int { return i % cols(dst) })
	}))
	add("slope ignored", "epilogue", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		ep.Slope = 0.25
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("activation before old contents", "epilogue", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		old := m.get(dst)
		m.single.Gemm(dst, a, b, alpha, 0, ep)
		if beta != 0 {
			m.change(dst, func(i int, y float64) float64 { return y + beta*old[i] })
		}
	})
	for a := backend.ActReLU; a < backend.NumActivations; a++ {
		add(a.String()+" forgotten", "epilogue", func(m *mutant, dst, x, y backend.View, alpha, beta float64, ep backend.Epilogue) {
			if ep.Act == a {
				ep.Act = backend.ActNone
			}
			m.single.Gemm(dst, x, y, alpha, beta, ep)
		})
	}
	add("second block of depth does not accumulate", "blocks", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if k := cols(a); k > 512 {
			a.Offset += 512 * a.Strides[1]
			b.Offset += 512 * b.Strides[0]
			a.Shape[1], b.Shape[0] = k-512, k-512
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	add("epilogue once per block of depth", "blocks", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		if cols(a) > 512 {
			bias(m, dst, ep, func(i int) int { return i % cols(dst) })
		}
	})
	add("half precision", "blocks", after(func(_ int, y float64, _, _ backend.View) float64 { return off(y, 1<<13) }))
	add("zeros skipped", "special", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		if beta != 0 {
			return
		}
		x, y := m.get(a), m.get(b)
		n, k := cols(dst), cols(a)
		m.change(dst, func(i int, _ float64) float64 {
			sum := 0.0
			for j := range k {
				if v := x[i/n*k+j]; v != 0 {
					sum += v * y[j*n+i%n]
				}
			}
			return sum
		})
	})
	add("NaN reaches the neighbouring column", "special", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		m.single.Gemm(dst, a, b, alpha, beta, ep)
		y, n := m.get(dst), cols(dst)
		m.change(dst, func(i int, x float64) float64 {
			if i%n > 0 && y[i-1] != y[i-1] {
				return y[i-1]
			}
			return x
		})
	})
	add("NaN lost in the activation", "special", after(func(_ int, y float64, _, _ backend.View) float64 {
		if y != y {
			return 0
		}
		return y
	}))
	add("overlapping inputs packed once", "shared", func(m *mutant, dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
		if a.Buf == b.Buf && a.Shape == [backend.MaxRank]int{5, 9} {
			b.Strides = [backend.MaxRank]int{5, 1}
		}
		m.single.Gemm(dst, a, b, alpha, beta, ep)
	})
	return all
}

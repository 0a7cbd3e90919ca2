//go:build !race

package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
)

// unaryFault breaks only op: f gets each argument and the right result.
func unaryFault(fault string, op backend.UnaryOp, f func(x, y float64, p backend.Params) float64) broken {
	return broken{fault, "unary/" + op.String(), with(func(m *mutant) {
		m.unary = func(o backend.UnaryOp, dst, x backend.View, p backend.Params) {
			in := m.get(x)
			m.single.Unary(o, dst, x, p)
			if o == op {
				m.change(dst, func(i int, y float64) float64 { return f(in[i], y, p) })
			}
		}
	})}
}

// around breaks how every unary map treats memory.
func around(fault string, f func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params)) broken {
	return broken{fault, "unary/square", with(func(m *mutant) {
		m.unary = func(op backend.UnaryOp, dst, x backend.View, p backend.Params) { f(m, op, dst, x, p) }
	})}
}

// off is x with a relative error of n units of float32's ε.
func off(x float64, n float64) float64 { return x * (1 + n*0x1p-23) }

func unaryFaults() []broken {
	var all []broken
	for op := range backend.NumUnary {
		ulps := 1.0
		switch op {
		case backend.Rsqrt:
			ulps = 5
		case backend.Exp, backend.Log, backend.Sin, backend.Cos, backend.Tanh, backend.Sigmoid, backend.Erf, backend.Softplus, backend.PowScalar:
			ulps = 8
		case backend.GELU, backend.GELUTanh, backend.SiLU:
			ulps = 18
		}
		if op != backend.Sign {
			all = append(all, unaryFault("imprecise", op, func(_, y float64, _ backend.Params) float64 { return off(y, ulps) }))
		}
		all = append(all, unaryFault("NaN becomes 0", op, func(x, y float64, p backend.Params) float64 {
			if x != x && op != backend.PowScalar || p[0] != p[0] {
				return 0
			}
			return y
		}))
	}
	for _, op := range []backend.UnaryOp{backend.Neg, backend.Abs, backend.Sign, backend.Sqrt, backend.Rsqrt, backend.Recip,
		backend.Log, backend.ReLU, backend.LeakyReLU, backend.Clamp, backend.MulScalar, backend.AddScalar} {
		all = append(all, unaryFault("subnormals count as 0", op, func(x, y float64, p backend.Params) float64 {
			if math.Abs(x) < 0x1p-126 {
				x = math.Copysign(0, x)
				b := new(single)
				v := backend.NewView(b.Alloc(1), 1)
				b.set(v, []float64{x})
				b.Unary(op, v, v, p)
				return b.get(v)[0]
			}
			return y
		}))
	}
	formula := func(fault string, op backend.UnaryOp, f func(x float64, p backend.Params) float64) {
		all = append(all, unaryFault(fault, op, func(x, _ float64, p backend.Params) float64 { return f(x, p) }))
	}
	formula("0 − x", backend.Neg, func(x float64, _ backend.Params) float64 { return 0 - x })
	formula("sign of −0 stays", backend.Abs, func(x float64, _ backend.Params) float64 {
		if x < 0 {
			return -x
		}
		return x
	})
	formula("never infinite", backend.Exp, func(x float64, _ backend.Params) float64 { return math.Exp(min(x, 88.37)) })
	formula("never 0", backend.Exp, func(x float64, _ backend.Params) float64 { return math.Exp(max(x, -80)) })
	formula("log of the size", backend.Log, func(x float64, _ backend.Params) float64 { return math.Log(math.Abs(x)) })
	formula("0 has a finite log", backend.Log, func(x float64, _ backend.Params) float64 { return max(math.Log(x), -104) })
	formula("exponential form near 0", backend.Tanh, func(x float64, _ backend.Params) float64 {
		return 1 - 2/(float64(float32(math.Exp(2*x)))+1)
	})
	formula("saturates early", backend.Tanh, func(x float64, _ backend.Params) float64 { return math.Tanh(min(max(x, -7), 7)) })
	formula("no left tail", backend.Sigmoid, func(x float64, _ backend.Params) float64 { return logistic(max(x, -17)) })
	formula("absolute precision only", backend.Erf, func(x float64, _ backend.Params) float64 { return math.Erf(x) + 1e-8 })
	formula("overflows", backend.Softplus, func(x float64, _ backend.Params) float64 {
		return math.Log(1 + float64(float32(math.Exp(x))))
	})
	formula("log of 1 + eˣ", backend.Softplus, func(x float64, _ backend.Params) float64 {
		if x > 80 {
			return x
		}
		return math.Log(float64(float32(1 + math.Exp(x))))
	})
	formula("the larger of x and p·x", backend.LeakyReLU, func(x float64, p backend.Params) float64 { return max(x, p[0]*x) })
	formula("tanh form", backend.GELU, func(x float64, _ backend.Params) float64 {
		return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	})
	formula("through the logarithm", backend.PowScalar, func(x float64, p backend.Params) float64 {
		return math.Exp(p[0] * math.Log(x))
	})
	formula("wrong bound first", backend.Clamp, func(x float64, p backend.Params) float64 { return max(x, p[0]) })
	formula("x − p", backend.RSubScalar, func(x float64, p backend.Params) float64 { return x - p[0] })
	formula("0 at 0 only for +0", backend.Recip, func(x float64, _ backend.Params) float64 { return 1 / math.Abs(x) })

	whole := func(v backend.View) backend.View {
		w := backend.NewView(v.Buf, v.Dims()...)
		w.Offset = v.Offset
		return w
	}
	poke := func(m *mutant, b backend.Buffer, at int) {
		if at >= 0 && at < b.Len() {
			m.Write64(b, at, []float64{42})
		}
	}
	return append(all,
		around("input strides ignored", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			if v := whole(x); x.Offset+x.Size() <= x.Buf.Len() {
				x = v
			}
			m.single.Unary(op, dst, x, p)
		}),
		around("input offset ignored", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			if x.Contiguous() {
				x.Offset = 0
			}
			m.single.Unary(op, dst, x, p)
		}),
		around("last number left out", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			old := m.get(dst)
			m.single.Unary(op, dst, x, p)
			m.change(dst, func(i int, y float64) float64 {
				if i == len(old)-1 && i > 8 {
					return old[i]
				}
				return y
			})
		}),
		around("a seam between chunks", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			m.single.Unary(op, dst, x, p)
			m.change(dst, func(i int, y float64) float64 {
				if i == 1<<16 {
					return 0
				}
				return y
			})
		}),
		around("writes one too many", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			m.single.Unary(op, dst, x, p)
			poke(m, dst.Buf, dst.Offset+dst.Size())
		}),
		around("writes before the start", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			m.single.Unary(op, dst, x, p)
			poke(m, dst.Buf, dst.Offset-1)
		}),
		around("writes its input", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			m.single.Unary(op, dst, x, p)
			if x.Size() > 3 && x.Buf != dst.Buf {
				poke(m, x.Buf, x.Offset)
			}
		}),
		around("destination cleared first", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			m.Fill(dst, 0)
			m.single.Unary(op, dst, x, p)
		}),
		around("adds to the destination", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			old := m.get(dst)
			m.single.Unary(op, dst, x, p)
			m.change(dst, func(i int, y float64) float64 { return y + old[i] })
		}),
		around("rank 6 comes out in another order", func(m *mutant, op backend.UnaryOp, dst, x backend.View, p backend.Params) {
			if x.Rank == 6 {
				x.Shape[4], x.Shape[5] = x.Shape[5], x.Shape[4]
				x.Strides[4], x.Strides[5] = x.Strides[5], x.Strides[4]
				dst.Shape[4], dst.Shape[5] = dst.Shape[5], dst.Shape[4]
				dst.Strides[4], dst.Strides[5] = dst.Strides[5], dst.Strides[4]*dst.Shape[5]
				dst = whole(dst)
			}
			m.single.Unary(op, dst, x, p)
		}),
	)
}

// binaryFault breaks only op: f gets each pair and the right result.
func binaryFault(fault string, op backend.BinaryOp, f func(a, b, y float64, p backend.Params) float64) broken {
	return broken{fault, "binary/" + op.String(), with(func(m *mutant) {
		m.binary = func(o backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
			as, bs := m.get(a), m.get(b)
			m.single.Binary(o, dst, a, b, p)
			if o == op {
				m.change(dst, func(i int, y float64) float64 { return f(as[i], bs[i], y, p) })
			}
		}
	})}
}

func binaryFaults() []broken {
	var all []broken
	for op := range backend.NumBinary {
		ulps := 1.0
		switch op {
		case backend.Pow:
			ulps = 8
		case backend.TanhGrad, backend.SigmoidGrad:
			ulps = 20
		case backend.GELUGrad, backend.GELUTanhGrad, backend.SiLUGrad:
			ulps = 60
		}
		all = append(all, binaryFault("imprecise", op, func(_, _, y float64, _ backend.Params) float64 { return off(y, ulps) }))
	}
	formula := func(fault string, op backend.BinaryOp, f func(a, b float64) float64) {
		all = append(all, binaryFault(fault, op, func(a, b, _ float64, _ backend.Params) float64 { return f(a, b) }))
	}
	formula("operands exchanged", backend.Sub, func(a, b float64) float64 { return b - a })
	formula("operands exchanged", backend.Div, func(a, b float64) float64 { return b / a })
	formula("through a reciprocal", backend.Div, func(a, b float64) float64 { return a * float64(float32(1/b)) })
	formula("NaN lost", backend.Maximum, func(a, b float64) float64 {
		if a > b {
			return a
		}
		return b
	})
	formula("NaN lost beside infinity", backend.Maximum, math.Max)
	formula("NaN lost beside infinity", backend.Minimum, math.Min)
	formula("NaN equals NaN", backend.Equal, func(a, b float64) float64 {
		if a == b || a != a && b != b {
			return 1
		}
		return 0
	})
	formula("NaN does not differ", backend.NotEqual, func(a, b float64) float64 {
		if a < b || a > b {
			return 1
		}
		return 0
	})
	formula("not greater", backend.LessEqual, func(a, b float64) float64 {
		if a > b {
			return 0
		}
		return 1
	})
	formula("positive where it is 0", backend.ReLUGrad, func(a, b float64) float64 {
		if b >= 0 {
			return a
		}
		return 0
	})
	formula("NaN lets through", backend.ReLUGrad, func(a, b float64) float64 {
		if b <= 0 {
			return 0
		}
		return a
	})
	formula("mask by product", backend.ReLUGrad, func(a, b float64) float64 {
		if b > 0 {
			return a
		}
		return a * 0
	})
	formula("of the argument, not the result", backend.TanhGrad, func(a, b float64) float64 {
		return a * (1 - math.Tanh(b)*math.Tanh(b))
	})
	all = append(all, binaryFault("slope forgotten", backend.LeakyReLUGrad, func(a, b, y float64, _ backend.Params) float64 {
		if b > 0 {
			return a
		}
		return 0.25 * a
	}))

	memory := func(fault string, f func(m *mutant, op backend.BinaryOp, dst, a, b backend.View, p backend.Params)) {
		all = append(all, broken{fault, "binary/sub", with(func(m *mutant) {
			m.binary = func(op backend.BinaryOp, dst, a, b backend.View, p backend.Params) { f(m, op, dst, a, b, p) }
		})})
	}
	memory("wrong when in place of the second", func(m *mutant, op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
		aliased := dst.SameElements(&b) && !a.SameElements(&b)
		m.single.Binary(op, dst, a, b, p)
		if aliased {
			m.change(dst, func(_ int, y float64) float64 { return -y })
		}
	})
	memory("wrong when in place of the first", func(m *mutant, op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
		aliased := dst.SameElements(&a)
		m.single.Binary(op, dst, a, b, p)
		if aliased {
			m.change(dst, func(_ int, y float64) float64 { return -y })
		}
	})
	memory("broadcast of the second ignored", func(m *mutant, op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
		if b.Rank == 2 && b.Strides[0] == 0 && b.Shape[0] > 1 && a.Contiguous() {
			b = a
		}
		m.single.Binary(op, dst, a, b, p)
	})
	where := func(fault string, f func(c, a, b float64) float64) {
		all = append(all, broken{fault, "where", with(func(m *mutant) {
			m.where = func(dst, cond, a, b backend.View) {
				cs, as, bs := m.get(cond), m.get(a), m.get(b)
				m.change(dst, func(i int, _ float64) float64 { return f(cs[i], as[i], bs[i]) })
			}
		})})
	}
	choose := func(yes bool, a, b float64) float64 {
		if yes {
			return a
		}
		return b
	}
	where("only positive is true", func(c, a, b float64) float64 { return choose(c > 0, a, b) })
	where("NaN is false", func(c, a, b float64) float64 { return choose(c < 0 || c > 0, a, b) })
	where("−0 is true", func(c, a, b float64) float64 { return choose(c != 0 || math.Signbit(c), a, b) })
	where("subnormals are false", func(c, a, b float64) float64 { return choose(!(math.Abs(c) < 0x1p-126), a, b) })
	where("blended by product", func(c, a, b float64) float64 {
		w := choose(c != 0, 1, 0)
		return w*a + (1-w)*b
	})
	return all
}

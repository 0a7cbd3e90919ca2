//go:build !race

package backendtest

import "github.com/org/artnn/backend"

// convOp is one of the three operations of a convolution: dst from a and b, which
// are x and w, g and w, or g and x.
type convOp struct {
	name string
	run  func(b backend.Backend, dst, a, b2 backend.View, c backend.Conv, ep backend.Epilogue, beta float64)
	set  func(m *mutant, f convFunc)
}

type convFunc func(dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64)

var convOps = []convOp{
	{"conv2d", func(b backend.Backend, dst, x, w backend.View, c backend.Conv, ep backend.Epilogue, _ float64) {
		b.Conv2d(dst, x, w, c, ep)
	}, func(m *mutant, f convFunc) {
		m.conv2d = func(dst, x, w backend.View, c backend.Conv, ep backend.Epilogue) { f(dst, x, w, c, ep, 0) }
	}},
	{"input grad", func(b backend.Backend, dst, g, w backend.View, c backend.Conv, ep backend.Epilogue, _ float64) {
		b.Conv2dInputGrad(dst, g, w, c, ep)
	}, func(m *mutant, f convFunc) {
		m.inputGrad = func(dst, g, w backend.View, c backend.Conv, ep backend.Epilogue) { f(dst, g, w, c, ep, 0) }
	}},
	{"weight grad", func(b backend.Backend, dst, g, x backend.View, c backend.Conv, _ backend.Epilogue, beta float64) {
		b.Conv2dWeightGrad(dst, g, x, c, beta)
	}, func(m *mutant, f convFunc) {
		m.weightGrad = func(dst, g, x backend.View, c backend.Conv, beta float64) { f(dst, g, x, c, backend.Epilogue{}, beta) }
	}},
}

func convFaults() []broken {
	var all []broken
	// add breaks one operation, or all three.
	type wrong func(m *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64)
	add := func(name, check string, f wrong) {
		for _, op := range convOps {
			all = append(all, broken{op.name + ": " + name, "conv/" + check, with(func(m *mutant) {
				op.set(m, func(dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
					f(m, func(dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
						op.run(&m.single, dst, a, b, c, ep, beta)
					}, dst, a, b, c, ep, beta)
				})
			})})
		}
	}
	geometry := func(name string, change func(c *backend.Conv)) {
		add(name, "windows", func(_ *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
			change(&c)
			run(dst, a, b, c, ep, beta)
		})
	}
	geometry("stride down used across", func(c *backend.Conv) { c.Stride[1] = c.Stride[0] })
	geometry("dilation ignored", func(c *backend.Conv) { c.Dilation = [2]int{1, 1} })
	geometry("padding across ignored", func(c *backend.Conv) { c.Pad[1] = 0 })
	geometry("padding down used across", func(c *backend.Conv) { c.Pad[1] = c.Pad[0] })
	geometry("padding at most 2", func(c *backend.Conv) { c.Pad[0] = min(c.Pad[0], 2) })
	// after changes elements of the right result.
	after := func(name, check string, f func(dst backend.View, i int, y float64) float64) {
		add(name, check, func(m *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
			run(dst, a, b, c, ep, beta)
			m.change(dst, func(i int, y float64) float64 { return f(dst, i, y) })
		})
	}
	after("last column of an odd image wrong", "windows", func(dst backend.View, i int, y float64) float64 {
		if w := dst.Shape[3]; w%2 == 1 && w > 2 && i%w == w-1 {
			return 0
		}
		return y
	})
	after("last channel past a vector wrong", "windows", func(dst backend.View, i int, y float64) float64 {
		if c := dst.Shape[1]; c%16 == 1 && c > 1 && i/(dst.Shape[2]*dst.Shape[3])%c == c-1 {
			return 0
		}
		return y
	})
	after("half precision", "blocks", func(_ backend.View, _ int, y float64) float64 { return off(y, 1<<13) })
	after("half precision", "fast", func(_ backend.View, _ int, y float64) float64 { return off(y, 1<<13) })
	after("infinity lost", "fast special", func(_ backend.View, _ int, y float64) float64 {
		if y-y != 0 {
			return 0
		}
		return y
	})
	after("last column of a tile wrong", "fast", func(dst backend.View, i int, y float64) float64 {
		if w := dst.Shape[3]; i%w == w-1 {
			return 0
		}
		return y
	})
	after("NaN lost", "special", func(_ backend.View, _ int, y float64) float64 {
		if y != y {
			return 0
		}
		return y
	})
	add("channels last taken for contiguous", "layouts", func(m *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
		if a.Strides[1] == 1 && a.Shape[1] > 1 {
			s := backend.NewView(a.Buf, a.Dims()...)
			a.Strides = s.Strides
		}
		run(dst, a, b, c, ep, beta)
	})
	add("inputs written", "windows", func(m *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
		run(dst, a, b, c, ep, beta)
		if a.Size() > 0 {
			m.change(a, func(_ int, x float64) float64 { return x + 1 })
		}
	})
	for _, f := range []struct {
		name   string
		change func(ep *backend.Epilogue)
	}{
		{"bias forgotten", func(ep *backend.Epilogue) { ep.Bias = backend.View{} }},
		{"activation forgotten", func(ep *backend.Epilogue) { ep.Act = backend.ActNone }},
		{"slope ignored", func(ep *backend.Epilogue) { ep.Slope = 0.01 }},
		{"bias stride ignored", func(ep *backend.Epilogue) {
			if ep.Bias.Strides[0] == 0 {
				ep.Bias.Strides[0] = 1
				ep.Bias.Offset = max(0, ep.Bias.Offset-20)
			}
		}},
	} {
		add(f.name, "epilogue", func(_ *mutant, run convFunc, dst, a, b backend.View, c backend.Conv, ep backend.Epilogue, beta float64) {
			f.change(&ep)
			run(dst, a, b, c, ep, beta)
		})
		all = all[:len(all)-1] // the gradient of weights has none
	}
	weights := func(name string, f func(m *mutant, dst, g, x backend.View, c backend.Conv, beta float64)) {
		all = append(all, broken{"weight grad: " + name, "conv/windows", with(func(m *mutant) {
			m.weightGrad = func(dst, g, x backend.View, c backend.Conv, beta float64) { f(m, dst, g, x, c, beta) }
		})})
	}
	weights("any beta is 1", func(m *mutant, dst, g, x backend.View, c backend.Conv, beta float64) {
		if beta != 0 {
			beta = 1
		}
		m.single.Conv2dWeightGrad(dst, g, x, c, beta)
	})
	weights("beta 0 reads the destination", func(m *mutant, dst, g, x backend.View, c backend.Conv, beta float64) {
		old := m.get(dst)
		m.single.Conv2dWeightGrad(dst, g, x, c, beta)
		if beta == 0 {
			m.change(dst, func(i int, y float64) float64 { return y + 0*old[i] })
		}
	})
	weights("nothing written without pictures", func(m *mutant, dst, g, x backend.View, c backend.Conv, beta float64) {
		if g.Size() > 0 {
			m.single.Conv2dWeightGrad(dst, g, x, c, beta)
		}
	})
	return all
}

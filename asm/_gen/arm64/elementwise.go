package main

import "github.com/org/artnn/asm/_gen/table"

// elementwise writes the kernel dst[i] = f(inputs[i], scalars) of a row of the
// table. Slices after the first are inputs, and so is the first if update is set.
// prep loads constants that stay in registers.
func (p *program) elementwise(name string, wide int, update bool, prep func() []int, body func(in, fixed []int) int) {
	at := p.row(name, "")
	var arrays []array
	var fixed []int
	for _, q := range table.ParamsOf(table.Lookup(name).Signature()) {
		switch q.Type {
		case "[]float32":
			a := array{ptr: []string{"R0", "R1", "R2", "R3"}[len(arrays)], in: true}
			if len(arrays) == 0 {
				a.in, a.out = update, true
				p.op("MOVD %s, %s", at[q.Name+"_len"], countReg)
			}
			p.op("MOVD %s, %s", at[q.Name+"_base"], a.ptr)
			arrays = append(arrays, a)
		case "float32":
			fixed = append(fixed, p.spreadArg(at[q.Name]))
		}
	}
	if prep != nil {
		fixed = append(fixed, prep()...)
	}
	p.loop(wide, arrays, func(in []int) []int { return []int{body(in, fixed)} })
}

// binaryFile writes the arithmetic of two inputs.
func binaryFile() *program {
	p := newProgram("binary", "")
	for _, k := range []struct{ name, op string }{
		{"add", "fadd"}, {"sub", "fsub"}, {"mul", "fmul"}, {"div", "fdiv"},
		{"maximum", "fmax"}, {"minimum", "fmin"},
	} {
		p.elementwise(k.name, 4, false, nil, func(in, _ []int) int {
			return p.op2(k.op, in[0], in[1])
		})
	}
	return p
}

// compareFile writes comparisons, selection and fused products.
func compareFile() *program {
	p := newProgram("compare", "compareConsts")
	one := func() []int { p.usePool(); return []int{p.k(1)} }
	for _, k := range []struct {
		name, cmp, keep string
		swap            bool
	}{
		{"equal", "fcmeq", "and", false}, {"notEqual", "fcmeq", "bic", false},
		{"less", "fcmgt", "and", true}, {"lessEqual", "fcmge", "and", true},
	} {
		p.elementwise(k.name, 4, false, one, func(in, fixed []int) int {
			a, b := in[0], in[1]
			if k.swap {
				a, b = b, a
			}
			return p.op2(k.keep, fixed[0], p.op2(k.cmp, a, b))
		})
	}
	p.elementwise("mulAdd", 4, false, nil, func(in, _ []int) int {
		return p.fma(in[0], in[1], in[2])
	})
	p.elementwise("axpy", 4, true, nil, func(in, fixed []int) int {
		return p.fma(fixed[0], in[1], in[0])
	})
	p.elementwise("selectWhere", 4, false, nil, func(in, _ []int) int {
		m := p.op1("fcmeq0", in[0])
		p.v("bsl", m, in[2], in[1])
		return m
	})
	return p
}

// unaryFile writes the kernels of one input and nothing else.
func unaryFile() *program {
	p := newProgram("unary", "unaryConsts")
	for _, k := range []struct{ name, op string }{{"neg", "fneg"}, {"abs", "fabs"}, {"sqrt", "fsqrt"}} {
		p.elementwise(k.name, 4, false, nil, func(in, _ []int) int { return p.op1(k.op, in[0]) })
	}
	p.elementwise("sign", 4, false,
		func() []int { p.usePool(); return []int{p.k(1), p.k(-1)} },
		func(in, fixed []int) int {
			above, below := p.op1("fcmgt0", in[0]), p.op1("fcmlt0", in[0])
			p.v("bit", in[0], fixed[0], above)
			p.v("bit", in[0], fixed[1], below)
			return in[0]
		})
	p.elementwise("rsqrt", 4, false,
		func() []int { p.usePool(); return []int{p.k(1)} },
		func(in, fixed []int) int { return p.op2("fdiv", fixed[0], p.op1("fsqrt", in[0])) })
	p.elementwise("relu", 4, false, nil, func(in, _ []int) int {
		return p.op2("bic", in[0], p.op1("fcmle0", in[0]))
	})
	return p
}

// scalarFile writes the kernels of one input and constants.
func scalarFile() *program {
	p := newProgram("scalar", "")
	p.elementwise("leakyReLU", 4, false, nil, func(in, fixed []int) int {
		m, low := p.op1("fcmgt0", in[0]), p.op2("fmul", in[0], fixed[0])
		p.v("bsl", m, in[0], low)
		return m
	})
	p.elementwise("clamp", 4, false, nil, func(in, fixed []int) int {
		p.v("bit", in[0], fixed[0], p.op2("fcmgt", fixed[0], in[0]))
		p.v("bit", in[0], fixed[1], p.op2("fcmgt", in[0], fixed[1]))
		return in[0]
	})
	p.elementwise("addScalar", 4, false, nil, func(in, f []int) int { return p.op2("fadd", in[0], f[0]) })
	p.elementwise("mulScalar", 4, false, nil, func(in, f []int) int { return p.op2("fmul", in[0], f[0]) })
	p.elementwise("rsubScalar", 4, false, nil, func(in, f []int) int { return p.op2("fsub", f[0], in[0]) })
	p.elementwise("rdivScalar", 4, false, nil, func(in, f []int) int { return p.op2("fdiv", f[0], in[0]) })
	return p
}

package main

// elementwise writes a kernel dst[i] = f(inputs[i], scalars). list is its
// parameter list; slices after the first are inputs, and so is the first if
// update is set. prep loads constants that stay in registers.
func (p *program) elementwise(name, list string, wide int, update bool, prep func() []int, body func(in, fixed []int) int) {
	at := p.text(name, list, false)
	var arrays []array
	var fixed []int
	for _, q := range params(list) {
		switch q.kind {
		case 's':
			a := array{ptr: []string{"R0", "R1", "R2", "R3"}[len(arrays)], in: true}
			if len(arrays) == 0 {
				a.in, a.out = update, true
				p.op("MOVD %s, %s", at[q.name+"_len"], countReg)
			}
			p.op("MOVD %s, %s", at[q.name+"_base"], a.ptr)
			arrays = append(arrays, a)
		case 'f':
			fixed = append(fixed, p.spreadArg(at[q.name]))
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
	const two = "dst:s a:s b:s"
	for _, k := range []struct{ name, op string }{
		{"add", "fadd"}, {"sub", "fsub"}, {"mul", "fmul"}, {"div", "fdiv"},
		{"maximum", "fmax"}, {"minimum", "fmin"},
	} {
		p.elementwise(k.name+"NEON", two, 4, false, nil, func(in, _ []int) int {
			return p.op2(k.op, in[0], in[1])
		})
	}
	return p
}

// compareFile writes comparisons, selection and fused products.
func compareFile() *program {
	p := newProgram("compare", "compareConsts")
	const two = "dst:s a:s b:s"
	one := func() []int { p.usePool(); return []int{p.k(1)} }
	for _, k := range []struct {
		name, cmp, keep string
		swap            bool
	}{
		{"equal", "fcmeq", "and", false}, {"notEqual", "fcmeq", "bic", false},
		{"less", "fcmgt", "and", true}, {"lessEqual", "fcmge", "and", true},
	} {
		p.elementwise(k.name+"NEON", two, 4, false, one, func(in, fixed []int) int {
			a, b := in[0], in[1]
			if k.swap {
				a, b = b, a
			}
			return p.op2(k.keep, fixed[0], p.op2(k.cmp, a, b))
		})
	}
	p.elementwise("mulAddNEON", "dst:s a:s b:s c:s", 4, false, nil, func(in, _ []int) int {
		return p.fma(in[0], in[1], in[2])
	})
	p.elementwise("axpyNEON", "dst:s alpha:f x:s", 4, true, nil, func(in, fixed []int) int {
		return p.fma(fixed[0], in[1], in[0])
	})
	p.elementwise("selectWhereNEON", "dst:s cond:s a:s b:s", 4, false, nil, func(in, _ []int) int {
		m := p.op1("fcmeq0", in[0])
		p.v("bsl", m, in[2], in[1])
		return m
	})
	return p
}

// unaryFile writes the kernels of one input and nothing else.
func unaryFile() *program {
	p := newProgram("unary", "unaryConsts")
	const one = "dst:s x:s"
	for _, k := range []struct{ name, op string }{{"neg", "fneg"}, {"abs", "fabs"}, {"sqrt", "fsqrt"}} {
		p.elementwise(k.name+"NEON", one, 4, false, nil, func(in, _ []int) int { return p.op1(k.op, in[0]) })
	}
	p.elementwise("signNEON", one, 4, false,
		func() []int { p.usePool(); return []int{p.k(1), p.k(-1)} },
		func(in, fixed []int) int {
			above, below := p.op1("fcmgt0", in[0]), p.op1("fcmlt0", in[0])
			p.v("bit", in[0], fixed[0], above)
			p.v("bit", in[0], fixed[1], below)
			return in[0]
		})
	p.elementwise("rsqrtNEON", one, 4, false,
		func() []int { p.usePool(); return []int{p.k(1)} },
		func(in, fixed []int) int { return p.op2("fdiv", fixed[0], p.op1("fsqrt", in[0])) })
	p.elementwise("reluNEON", one, 4, false, nil, func(in, _ []int) int {
		return p.op2("bic", in[0], p.op1("fcmle0", in[0]))
	})
	return p
}

// scalarFile writes the kernels of one input and constants.
func scalarFile() *program {
	p := newProgram("scalar", "")
	const scalar = "dst:s x:s s:f"
	p.elementwise("leakyReLUNEON", "dst:s x:s slope:f", 4, false, nil, func(in, fixed []int) int {
		m, low := p.op1("fcmgt0", in[0]), p.op2("fmul", in[0], fixed[0])
		p.v("bsl", m, in[0], low)
		return m
	})
	p.elementwise("clampNEON", "dst:s x:s lo:f hi:f", 4, false, nil, func(in, fixed []int) int {
		p.v("bit", in[0], fixed[0], p.op2("fcmgt", fixed[0], in[0]))
		p.v("bit", in[0], fixed[1], p.op2("fcmgt", in[0], fixed[1]))
		return in[0]
	})
	p.elementwise("addScalarNEON", scalar, 4, false, nil, func(in, f []int) int { return p.op2("fadd", in[0], f[0]) })
	p.elementwise("mulScalarNEON", scalar, 4, false, nil, func(in, f []int) int { return p.op2("fmul", in[0], f[0]) })
	p.elementwise("rsubScalarNEON", scalar, 4, false, nil, func(in, f []int) int { return p.op2("fsub", f[0], in[0]) })
	p.elementwise("rdivScalarNEON", scalar, 4, false, nil, func(in, f []int) int { return p.op2("fdiv", f[0], in[0]) })
	return p
}

//go:build !purego

package asm

func add(dst, a, b []float32) {
	if useNEON {
		addNEON(dst, a, b)
		return
	}
	addGeneric(dst, a, b)
}

func sub(dst, a, b []float32) {
	if useNEON {
		subNEON(dst, a, b)
		return
	}
	subGeneric(dst, a, b)
}

func mul(dst, a, b []float32) {
	if useNEON {
		mulNEON(dst, a, b)
		return
	}
	mulGeneric(dst, a, b)
}

func div(dst, a, b []float32) {
	if useNEON {
		divNEON(dst, a, b)
		return
	}
	divGeneric(dst, a, b)
}

func maximum(dst, a, b []float32) {
	if useNEON {
		maximumNEON(dst, a, b)
		return
	}
	maximumGeneric(dst, a, b)
}

func minimum(dst, a, b []float32) {
	if useNEON {
		minimumNEON(dst, a, b)
		return
	}
	minimumGeneric(dst, a, b)
}

func equal(dst, a, b []float32) {
	if useNEON {
		equalNEON(dst, a, b)
		return
	}
	equalGeneric(dst, a, b)
}

func notEqual(dst, a, b []float32) {
	if useNEON {
		notEqualNEON(dst, a, b)
		return
	}
	notEqualGeneric(dst, a, b)
}

func less(dst, a, b []float32) {
	if useNEON {
		lessNEON(dst, a, b)
		return
	}
	lessGeneric(dst, a, b)
}

func lessEqual(dst, a, b []float32) {
	if useNEON {
		lessEqualNEON(dst, a, b)
		return
	}
	lessEqualGeneric(dst, a, b)
}

func mulAdd(dst, a, b, c []float32) {
	if useNEON {
		mulAddNEON(dst, a, b, c)
		return
	}
	mulAddGeneric(dst, a, b, c)
}

func axpy(dst []float32, alpha float32, x []float32) {
	if useNEON {
		axpyNEON(dst, alpha, x)
		return
	}
	axpyGeneric(dst, alpha, x)
}

func selectWhere(dst, cond, a, b []float32) {
	if useNEON {
		selectWhereNEON(dst, cond, a, b)
		return
	}
	selectWhereGeneric(dst, cond, a, b)
}

// addNEON is addGeneric.
//
//go:noescape
func addNEON(dst, a, b []float32)

// subNEON is subGeneric.
//
//go:noescape
func subNEON(dst, a, b []float32)

// mulNEON is mulGeneric.
//
//go:noescape
func mulNEON(dst, a, b []float32)

// divNEON is divGeneric.
//
//go:noescape
func divNEON(dst, a, b []float32)

// maximumNEON is maximumGeneric.
//
//go:noescape
func maximumNEON(dst, a, b []float32)

// minimumNEON is minimumGeneric.
//
//go:noescape
func minimumNEON(dst, a, b []float32)

// equalNEON is equalGeneric.
//
//go:noescape
func equalNEON(dst, a, b []float32)

// notEqualNEON is notEqualGeneric.
//
//go:noescape
func notEqualNEON(dst, a, b []float32)

// lessNEON is lessGeneric.
//
//go:noescape
func lessNEON(dst, a, b []float32)

// lessEqualNEON is lessEqualGeneric.
//
//go:noescape
func lessEqualNEON(dst, a, b []float32)

// mulAddNEON is mulAddGeneric.
//
//go:noescape
func mulAddNEON(dst, a, b, c []float32)

// axpyNEON is axpyGeneric.
//
//go:noescape
func axpyNEON(dst []float32, alpha float32, x []float32)

// selectWhereNEON is selectWhereGeneric.
//
//go:noescape
func selectWhereNEON(dst, cond, a, b []float32)

//go:build !purego

package asm

func add(dst, a, b []float32) {
	if useAVX2 {
		addAVX2(dst, a, b)
		return
	}
	addGeneric(dst, a, b)
}

func sub(dst, a, b []float32) {
	if useAVX2 {
		subAVX2(dst, a, b)
		return
	}
	subGeneric(dst, a, b)
}

func mul(dst, a, b []float32) {
	if useAVX2 {
		mulAVX2(dst, a, b)
		return
	}
	mulGeneric(dst, a, b)
}

func div(dst, a, b []float32) {
	if useAVX2 {
		divAVX2(dst, a, b)
		return
	}
	divGeneric(dst, a, b)
}

func maximum(dst, a, b []float32) {
	if useAVX2 {
		maximumAVX2(dst, a, b)
		return
	}
	maximumGeneric(dst, a, b)
}

func minimum(dst, a, b []float32) {
	if useAVX2 {
		minimumAVX2(dst, a, b)
		return
	}
	minimumGeneric(dst, a, b)
}

func equal(dst, a, b []float32) {
	if useAVX2 {
		equalAVX2(dst, a, b)
		return
	}
	equalGeneric(dst, a, b)
}

func notEqual(dst, a, b []float32) {
	if useAVX2 {
		notEqualAVX2(dst, a, b)
		return
	}
	notEqualGeneric(dst, a, b)
}

func less(dst, a, b []float32) {
	if useAVX2 {
		lessAVX2(dst, a, b)
		return
	}
	lessGeneric(dst, a, b)
}

func lessEqual(dst, a, b []float32) {
	if useAVX2 {
		lessEqualAVX2(dst, a, b)
		return
	}
	lessEqualGeneric(dst, a, b)
}

func mulAdd(dst, a, b, c []float32) {
	if useAVX2 {
		mulAddAVX2(dst, a, b, c)
		return
	}
	mulAddGeneric(dst, a, b, c)
}

func axpy(dst []float32, alpha float32, x []float32) {
	if useAVX2 {
		axpyAVX2(dst, alpha, x)
		return
	}
	axpyGeneric(dst, alpha, x)
}

func selectWhere(dst, cond, a, b []float32) {
	if useAVX2 {
		selectWhereAVX2(dst, cond, a, b)
		return
	}
	selectWhereGeneric(dst, cond, a, b)
}

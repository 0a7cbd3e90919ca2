//go:build (!amd64 && !arm64) || purego

package asm

func add(dst, a, b []float32) {
	addGeneric(dst, a, b)
}

func sub(dst, a, b []float32) {
	subGeneric(dst, a, b)
}

func mul(dst, a, b []float32) {
	mulGeneric(dst, a, b)
}

func div(dst, a, b []float32) {
	divGeneric(dst, a, b)
}

func maximum(dst, a, b []float32) {
	maximumGeneric(dst, a, b)
}

func minimum(dst, a, b []float32) {
	minimumGeneric(dst, a, b)
}

func equal(dst, a, b []float32) {
	equalGeneric(dst, a, b)
}

func notEqual(dst, a, b []float32) {
	notEqualGeneric(dst, a, b)
}

func less(dst, a, b []float32) {
	lessGeneric(dst, a, b)
}

func lessEqual(dst, a, b []float32) {
	lessEqualGeneric(dst, a, b)
}

func mulAdd(dst, a, b, c []float32) {
	mulAddGeneric(dst, a, b, c)
}

func axpy(dst []float32, alpha float32, x []float32) {
	axpyGeneric(dst, alpha, x)
}

func selectWhere(dst, cond, a, b []float32) {
	selectWhereGeneric(dst, cond, a, b)
}

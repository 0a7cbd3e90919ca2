package reference

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Gemm computes dst = act(alpha·a@b + beta·dst + bias).
func (*Backend) Gemm(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
	apart("gemm", dst, a, b)
	out, as, bs := destination("gemm", dst, a, b), source("gemm", a), source("gemm", b)
	dst3, a3, b3 := batched(dst), batched(a), batched(b)
	batch, m, n, k := dst3.Shape[0], dst3.Shape[1], dst3.Shape[2], a3.Shape[2]
	if dst.Rank != a.Rank || dst.Rank != b.Rank ||
		a3.Shape[0] != batch || b3.Shape[0] != batch || a3.Shape[1] != m || b3.Shape[1] != k || b3.Shape[2] != n {
		panic(fmt.Sprintf("reference: gemm: %v does not equal %v @ %v", dst.Dims(), a.Dims(), b.Dims()))
	}
	var bias []float64
	if ep.Bias.Buf != nil {
		if bias = source("gemm", ep.Bias); ep.Bias.Rank != 1 || ep.Bias.Shape[0] != n {
			panic(fmt.Sprintf("reference: gemm: expected a bias of [%d], got %v", n, ep.Bias.Dims()))
		}
	}
	act, activated := ep.Act.Unary()

	for i := range batch {
		for r := range m {
			for c := range n {
				dot := 0.0
				posA, posB := at3(&a3, i, r, 0), at3(&b3, i, 0, c)
				for range k {
					dot += as[posA] * bs[posB]
					posA += a3.Strides[2]
					posB += b3.Strides[1]
				}
				y := alpha * dot
				pos := at3(&dst3, i, r, c)
				if beta != 0 {
					y += beta * out[pos]
				}
				if bias != nil {
					y += bias[ep.Bias.Offset+c*ep.Bias.Strides[0]]
				}
				if activated {
					y = unary(act, y, backend.Params{ep.Slope})
				}
				out[pos] = y
			}
		}
	}
}

// batched sees a matrix as a batch of one.
func batched(v backend.View) backend.View {
	if v.Rank != 2 && v.Rank != 3 {
		panic(fmt.Sprintf("reference: gemm: expected rank 2 or 3, got %v", v.Dims()))
	}
	if v.Rank == 2 {
		v.Rank = 3
		v.Shape = [backend.MaxRank]int{1, v.Shape[0], v.Shape[1]}
		v.Strides = [backend.MaxRank]int{0, v.Strides[0], v.Strides[1]}
	}
	return v
}

func at3(v *backend.View, i, r, c int) int {
	return v.Offset + i*v.Strides[0] + r*v.Strides[1] + c*v.Strides[2]
}

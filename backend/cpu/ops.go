package cpu

import (
	"fmt"
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

// expensiveUnary reports whether an operation costs several times a memory access.
func expensiveUnary(op backend.UnaryOp) bool {
	switch op {
	case backend.Exp, backend.Log, backend.Sin, backend.Cos, backend.Tanh, backend.Sigmoid, backend.Erf,
		backend.Softplus, backend.GELU, backend.GELUTanh, backend.SiLU, backend.PowScalar:
		return true
	}
	return false
}

func expensiveBinary(op backend.BinaryOp) bool {
	return op == backend.Pow || op == backend.GELUGrad || op == backend.GELUTanhGrad || op == backend.SiLUGrad
}

// unary computes dst = op(x); dst may be x.
func unary(op backend.UnaryOp, dst, x []float32, p backend.Params) {
	s := float32(p[0])
	switch op {
	case backend.Neg:
		asm.Neg(dst, x)
	case backend.Abs:
		asm.Abs(dst, x)
	case backend.Sign:
		asm.Sign(dst, x)
	case backend.Sqrt:
		asm.Sqrt(dst, x)
	case backend.Rsqrt:
		asm.Rsqrt(dst, x)
	case backend.Recip:
		asm.Recip(dst, x)
	case backend.Square:
		asm.Square(dst, x)
	case backend.Exp:
		asm.Exp(dst, x)
	case backend.Log:
		asm.Log(dst, x)
	case backend.Sin:
		asm.Sin(dst, x)
	case backend.Cos:
		asm.Cos(dst, x)
	case backend.Tanh:
		asm.Tanh(dst, x)
	case backend.Sigmoid:
		asm.Sigmoid(dst, x)
	case backend.Erf:
		asm.Erf(dst, x)
	case backend.Softplus:
		asm.Softplus(dst, x)
	case backend.ReLU:
		asm.ReLU(dst, x)
	case backend.LeakyReLU:
		asm.LeakyReLU(dst, x, s)
	case backend.GELU:
		asm.GELU(dst, x)
	case backend.GELUTanh:
		asm.GELUTanh(dst, x)
	case backend.SiLU:
		asm.SiLU(dst, x)
	case backend.AddScalar:
		asm.AddScalar(dst, x, s)
	case backend.MulScalar:
		asm.MulScalar(dst, x, s)
	case backend.RSubScalar:
		asm.RSubScalar(dst, x, s)
	case backend.RDivScalar:
		asm.RDivScalar(dst, x, s)
	case backend.PowScalar:
		powScalar(dst, x, p[0])
	case backend.Clamp:
		asm.Clamp(dst, x, s, float32(p[1]))
	default:
		panic(fmt.Sprintf("unary: unknown operation %d", op))
	}
}

// powScalar computes dst = xᵉ; whole and half powers that occur often go
// without math.Pow.
func powScalar(dst, x []float32, e float64) {
	switch e {
	case 1:
		copy(dst, x)
	case 2:
		asm.Square(dst, x)
	case -1:
		asm.Recip(dst, x)
	default:
		for i, v := range x {
			dst[i] = float32(math.Pow(float64(v), e))
		}
	}
}

// binary computes dst = op(a, b); dst may be a or b.
func binary(op backend.BinaryOp, dst, a, b []float32, p backend.Params) {
	switch op {
	case backend.Add:
		asm.Add(dst, a, b)
	case backend.Sub:
		asm.Sub(dst, a, b)
	case backend.Mul:
		asm.Mul(dst, a, b)
	case backend.Div:
		asm.Div(dst, a, b)
	case backend.Pow:
		for i, v := range a {
			dst[i] = float32(math.Pow(float64(v), float64(b[i])))
		}
	case backend.Maximum:
		asm.Maximum(dst, a, b)
	case backend.Minimum:
		asm.Minimum(dst, a, b)
	case backend.Equal:
		asm.Equal(dst, a, b)
	case backend.NotEqual:
		asm.NotEqual(dst, a, b)
	case backend.Less:
		asm.Less(dst, a, b)
	case backend.LessEqual:
		asm.LessEqual(dst, a, b)
	case backend.Greater:
		asm.Greater(dst, a, b)
	case backend.GreaterEqual:
		asm.GreaterEqual(dst, a, b)
	case backend.ReLUGrad:
		asm.ReLUGrad(dst, a, b)
	case backend.LeakyReLUGrad:
		asm.LeakyReLUGrad(dst, a, b, float32(p[0]))
	case backend.TanhGrad:
		asm.TanhGrad(dst, a, b)
	case backend.SigmoidGrad:
		asm.SigmoidGrad(dst, a, b)
	case backend.GELUGrad:
		asm.GELUGrad(dst, a, b)
	case backend.GELUTanhGrad:
		asm.GELUTanhGrad(dst, a, b)
	case backend.SiLUGrad:
		asm.SiLUGrad(dst, a, b)
	default:
		panic(fmt.Sprintf("binary: unknown operation %d", op))
	}
}

// binaryRight computes dst = op(a, s) for one number s.
func binaryRight(op backend.BinaryOp, dst, a []float32, s float32, p backend.Params) {
	switch op {
	case backend.Add:
		asm.AddScalar(dst, a, s)
	case backend.Sub:
		asm.AddScalar(dst, a, -s)
	case backend.Mul:
		asm.MulScalar(dst, a, s)
	default:
		var buf [blockLen]float32
		for i := range buf[:min(len(dst), blockLen)] {
			buf[i] = s
		}
		for len(dst) > 0 {
			n := min(len(dst), blockLen)
			binary(op, dst[:n], a[:n], buf[:n], p)
			dst, a = dst[n:], a[n:]
		}
	}
}

// binaryLeft computes dst = op(s, b) for one number s.
func binaryLeft(op backend.BinaryOp, dst []float32, s float32, b []float32, p backend.Params) {
	switch op {
	case backend.Add:
		asm.AddScalar(dst, b, s)
	case backend.Sub:
		asm.RSubScalar(dst, b, s)
	case backend.Mul:
		asm.MulScalar(dst, b, s)
	case backend.Div:
		asm.RDivScalar(dst, b, s)
	default:
		var buf [blockLen]float32
		for i := range buf[:min(len(dst), blockLen)] {
			buf[i] = s
		}
		for len(dst) > 0 {
			n := min(len(dst), blockLen)
			binary(op, dst[:n], buf[:n], b[:n], p)
			dst, b = dst[n:], b[n:]
		}
	}
}

package reference

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// Fill sets every element of dst.
func (*Backend) Fill(dst backend.View, value float64) {
	out := destination("Fill", dst)
	at := walk(&dst)
	for range dst.Size() {
		out[at.pos] = value
		at.next()
	}
}

// Copy copies src to dst.
func (*Backend) Copy(dst, src backend.View) {
	sameShape("Copy", dst, src)
	apart("Copy", dst, src)
	out, in := destination("Copy", dst, src), source("Copy", src)
	to, from := walk(&dst), walk(&src)
	for range dst.Size() {
		out[to.pos] = in[from.pos]
		to.next()
		from.next()
	}
}

// Unary computes dst = op(x).
func (*Backend) Unary(op backend.UnaryOp, dst, x backend.View, p backend.Params) {
	name := op.String()
	sameShape(name, dst, x)
	out, in := contiguous(name, dst, x), source(name, x)
	at := walk(&x)
	for i := range dst.Size() {
		out[dst.Offset+i] = unary(op, in[at.pos], p)
		at.next()
	}
}

// Binary computes dst = op(a, b).
func (*Backend) Binary(op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
	name := op.String()
	sameShape(name, dst, a, b)
	out, as, bs := contiguous(name, dst, a, b), source(name, a), source(name, b)
	atA, atB := walk(&a), walk(&b)
	for i := range dst.Size() {
		out[dst.Offset+i] = binary(op, as[atA.pos], bs[atB.pos], p)
		atA.next()
		atB.next()
	}
}

// Where computes dst = a where cond ≠ 0, else b.
func (*Backend) Where(dst, cond, a, b backend.View) {
	sameShape("where", dst, cond, a, b)
	out := contiguous("where", dst, cond, a, b)
	cs, as, bs := source("where", cond), source("where", a), source("where", b)
	atC, atA, atB := walk(&cond), walk(&a), walk(&b)
	for i := range dst.Size() {
		if cs[atC.pos] != 0 {
			out[dst.Offset+i] = as[atA.pos]
		} else {
			out[dst.Offset+i] = bs[atB.pos]
		}
		atC.next()
		atA.next()
		atB.next()
	}
}

func unary(op backend.UnaryOp, x float64, p backend.Params) float64 {
	switch op {
	case backend.Neg:
		return -x
	case backend.Abs:
		return math.Abs(x)
	case backend.Sign:
		switch {
		case x > 0:
			return 1
		case x < 0:
			return -1
		}
		return x // 0 or NaN
	case backend.Sqrt:
		return math.Sqrt(x)
	case backend.Rsqrt:
		return 1 / math.Sqrt(x)
	case backend.Recip:
		return 1 / x
	case backend.Square:
		return x * x
	case backend.Exp:
		return math.Exp(x)
	case backend.Log:
		return math.Log(x)
	case backend.Sin:
		return math.Sin(x)
	case backend.Cos:
		return math.Cos(x)
	case backend.Tanh:
		return math.Tanh(x)
	case backend.Sigmoid:
		return sigmoid(x)
	case backend.Erf:
		return math.Erf(x)
	case backend.Softplus:
		return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	case backend.ReLU:
		return max(x, 0)
	case backend.LeakyReLU:
		if x > 0 {
			return x
		}
		return p[0] * x
	case backend.GELU:
		return x * normalCDF(x)
	case backend.GELUTanh:
		t, _ := geluTanh(x)
		return x * sigmoid(t)
	case backend.SiLU:
		return x * sigmoid(x)
	case backend.AddScalar:
		return x + p[0]
	case backend.MulScalar:
		return x * p[0]
	case backend.RSubScalar:
		return p[0] - x
	case backend.RDivScalar:
		return p[0] / x
	case backend.PowScalar:
		return math.Pow(x, p[0])
	case backend.Clamp:
		return min(max(x, p[0]), p[1])
	}
	panic(fmt.Sprintf("reference: unknown unary operation %d", op))
}

func binary(op backend.BinaryOp, a, b float64, p backend.Params) float64 {
	switch op {
	case backend.Add:
		return a + b
	case backend.Sub:
		return a - b
	case backend.Mul:
		return a * b
	case backend.Div:
		return a / b
	case backend.Pow:
		return math.Pow(a, b)
	case backend.Maximum:
		return max(a, b)
	case backend.Minimum:
		return min(a, b)
	case backend.Equal:
		return truth(a == b)
	case backend.NotEqual:
		return truth(a != b)
	case backend.Less:
		return truth(a < b)
	case backend.LessEqual:
		return truth(a <= b)
	case backend.Greater:
		return truth(a > b)
	case backend.GreaterEqual:
		return truth(a >= b)
	case backend.ReLUGrad:
		if b > 0 {
			return a
		}
		return 0
	case backend.LeakyReLUGrad:
		if b > 0 {
			return a
		}
		return p[0] * a
	case backend.TanhGrad:
		return a * (1 - b*b)
	case backend.SigmoidGrad:
		return a * b * (1 - b)
	case backend.GELUGrad:
		return a * (normalCDF(b) + b*normalPDF(b))
	case backend.GELUTanhGrad:
		t, slope := geluTanh(b)
		s := sigmoid(t)
		if s == 0 || s == 1 { // where b·slope may be infinite
			return a * s
		}
		return a * s * (1 + b*slope*(1-s))
	case backend.SiLUGrad:
		s := sigmoid(b)
		return a * s * (1 + b*(1-s))
	}
	panic(fmt.Sprintf("reference: unknown binary operation %d", op))
}

// geluTanh is what the tanh form of GELU is the sigmoid of, and its derivative.
func geluTanh(x float64) (t, slope float64) {
	c := 2 * math.Sqrt(2/math.Pi)
	return c * (x + 0.044715*x*x*x), c * (1 + 3*0.044715*x*x)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// sigmoid keeps its relative precision on both sides.
func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// normalCDF is Φ, through erfc so that the left tail keeps its precision.
func normalCDF(x float64) float64 { return 0.5 * math.Erfc(-x/math.Sqrt2) }

func normalPDF(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }

package backend

// UnaryOp names a map of one number.
type UnaryOp uint8

// Maps of x; p is the Params of the call.
const (
	Neg        UnaryOp = iota // −x
	Abs                       // |x|
	Sign                      // −1, 0 or 1; NaN stays NaN
	Sqrt                      // √x
	Rsqrt                     // 1/√x
	Recip                     // 1/x
	Square                    // x²
	Exp                       // eˣ
	Log                       // ln x
	Sin                       // sin x
	Cos                       // cos x
	Tanh                      // tanh x
	Sigmoid                   // 1/(1+e⁻ˣ)
	Erf                       // erf x
	Softplus                  // ln(1+eˣ), without overflow
	ReLU                      // max(x, 0); NaN stays NaN
	LeakyReLU                 // x for x > 0 else p[0]·x
	GELU                      // x·Φ(x), the exact form
	GELUTanh                  // x·sigmoid(t), t = 2√(2/π)·(x + 0.044715x³)
	SiLU                      // x·sigmoid(x)
	AddScalar                 // x + p[0]
	MulScalar                 // x · p[0]
	RSubScalar                // p[0] − x
	RDivScalar                // p[0] / x
	PowScalar                 // x^p[0], as math.Pow
	Clamp                     // min(max(x, p[0]), p[1]); NaN stays NaN
	NumUnary                  // how many there are
)

var unaryNames = [NumUnary]string{
	"neg", "abs", "sign", "sqrt", "rsqrt", "recip", "square", "exp", "log", "sin", "cos",
	"tanh", "sigmoid", "erf", "softplus", "relu", "leaky_relu", "gelu", "gelu_tanh", "silu",
	"add_scalar", "mul_scalar", "rsub_scalar", "rdiv_scalar", "pow_scalar", "clamp",
}

func (op UnaryOp) String() string { return nameOf(unaryNames[:], int(op)) }

// BinaryOp names a map of two numbers.
type BinaryOp uint8

// Maps of a and b. Comparisons give 1 or 0. The …Grad maps are the products of
// an incoming gradient a with a derivative, done in one pass.
const (
	Add           BinaryOp = iota // a + b
	Sub                           // a − b
	Mul                           // a · b
	Div                           // a / b
	Pow                           // aᵇ, as math.Pow
	Maximum                       // the larger; NaN propagates
	Minimum                       // the smaller; NaN propagates
	Equal                         // a = b
	NotEqual                      // a ≠ b
	Less                          // a < b
	LessEqual                     // a ≤ b
	Greater                       // a > b
	GreaterEqual                  // a ≥ b
	ReLUGrad                      // a where b > 0 else 0
	LeakyReLUGrad                 // a where b > 0 else p[0]·a
	TanhGrad                      // a·(1 − b²), b = tanh x
	SigmoidGrad                   // a·b·(1 − b), b = sigmoid x
	GELUGrad                      // a·(Φ(b) + b·φ(b))
	GELUTanhGrad                  // a·s·(1 + b·t′·(1 − s)), s = sigmoid t, t = 2√(2/π)·(b + 0.044715b³)
	SiLUGrad                      // a·s·(1 + b·(1 − s)), s = sigmoid b
	NumBinary                     // how many there are
)

var binaryNames = [NumBinary]string{
	"add", "sub", "mul", "div", "pow", "maximum", "minimum", "equal", "not_equal", "less",
	"less_equal", "greater", "greater_equal", "relu_grad", "leaky_relu_grad", "tanh_grad",
	"sigmoid_grad", "gelu_grad", "gelu_tanh_grad", "silu_grad",
}

func (op BinaryOp) String() string { return nameOf(binaryNames[:], int(op)) }

// ReduceOp names a fold along axes.
type ReduceOp uint8

const (
	ReduceSum ReduceOp = iota
	ReduceMax
	ReduceMin
	NumReduce // how many there are
)

var reduceNames = [NumReduce]string{"sum", "max", "min"}

func (op ReduceOp) String() string { return nameOf(reduceNames[:], int(op)) }

// Activation is what a GEMM epilogue may apply.
type Activation uint8

const (
	ActNone Activation = iota
	ActReLU
	ActLeakyReLU
	ActTanh
	ActSigmoid
	ActGELU
	ActGELUTanh
	ActSiLU
	NumActivations // how many there are
)

var activationNames = [NumActivations]string{"none", "relu", "leaky_relu", "tanh", "sigmoid", "gelu", "gelu_tanh", "silu"}

func (a Activation) String() string { return nameOf(activationNames[:], int(a)) }

var activationMaps = [NumActivations]UnaryOp{
	ActReLU: ReLU, ActLeakyReLU: LeakyReLU, ActTanh: Tanh, ActSigmoid: Sigmoid,
	ActGELU: GELU, ActGELUTanh: GELUTanh, ActSiLU: SiLU,
}

// Unary is the map that equals the activation; ok is false for ActNone.
func (a Activation) Unary() (op UnaryOp, ok bool) {
	if a == ActNone || a >= NumActivations {
		return 0, false
	}
	return activationMaps[a], true
}

// Distribution is what Random draws from.
type Distribution uint8

const (
	Uniform Distribution = iota
	Normal
	Bernoulli
)

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "unknown"
}

package backend

// Precision is the number format a backend computes in.
type Precision uint8

const (
	Float32 Precision = iota
	Float64
)

func (p Precision) String() string {
	if p == Float64 {
		return "float64"
	}
	return "float32"
}

// Epsilon is the gap between 1 and the next larger number.
func (p Precision) Epsilon() float64 {
	if p == Float64 {
		return 0x1p-52
	}
	return 0x1p-23
}

// Buffer is memory owned by a backend, Len numbers long. It is opaque: only
// the backend that made it can read it.
type Buffer interface {
	Len() int
}

// Stream names a place in a counter-based random sequence. Number i of a fill
// depends only on Key, Counter+i/4 and i%4, so a saved Stream replays exactly.
type Stream struct {
	Key     uint64
	Counter uint64
}

// Params are the scalar operands of a map: a slope, an exponent, two bounds.
type Params [2]float64

// Epilogue is what Gemm and convolutions apply to each finished element of the
// product: act(product + Bias[j]).
type Epilogue struct {
	Bias  View       // one number per column, or per channel; Bias.Buf nil means none
	Act   Activation // ActNone leaves the sum as it is
	Slope float64    // of ActLeakyReLU
}

// Backend owns memory and arithmetic. The package documentation states the
// rules for layout, aliasing, determinism and ownership once for all methods.
type Backend interface {
	// Name is the name the backend is registered under, such as "cpu".
	Name() string
	// Precision is the format its buffers hold.
	Precision() Precision

	// Alloc returns a buffer of n numbers with unspecified contents; n may be 0.
	Alloc(n int) Buffer
	// Free returns a buffer to the backend. Freeing twice panics.
	Free(b Buffer)
	// Write32 and Write64 copy host numbers into dst from offset on; Read32 and
	// Read64 copy them out.
	Write32(dst Buffer, offset int, src []float32)
	Write64(dst Buffer, offset int, src []float64)
	Read32(dst []float32, src Buffer, offset int)
	Read64(dst []float64, src Buffer, offset int)

	// Fill sets every element of dst to value.
	Fill(dst View, value float64)
	// Copy copies src to dst, element by element in index order.
	Copy(dst, src View)
	// Unary computes dst = op(x).
	Unary(op UnaryOp, dst, x View, p Params)
	// Binary computes dst = op(a, b); a, b and dst have the same shape.
	Binary(op BinaryOp, dst, a, b View, p Params)
	// Where computes dst = a where cond ≠ 0, else b; all four shapes are equal.
	Where(dst, cond, a, b View)
	// Reduce folds x along every axis where dst has size 1 and x has not; dst
	// and x have the same rank. An empty sum is 0, an empty max −Inf, an empty
	// min +Inf. NaN propagates through max and min.
	Reduce(op ReduceOp, dst, x View)
	// ArgMax writes, for each line of x along axis, the index of its largest
	// element (the first among equals; a NaN counts as largest). dst is in
	// row-major order of the remaining axes. The axis is not empty.
	ArgMax(dst []int32, x View, axis int)

	// Take copies rows: dst[i, …] = x[index[i], …].
	Take(dst, x View, index []int32)
	// TakeAdd adds rows: dst[index[i], …] += src[i, …], in order of i.
	TakeAdd(dst, src View, index []int32)
	// Gather picks along the last axis: dst[…, j] = x[…, index[…, j]]. index is
	// row-major in dst's shape, and x equals dst in all axes but the last.
	Gather(dst, x View, index []int32)
	// ScatterAdd is Gather's transpose: dst[…, index[…, j]] += src[…, j], with
	// index in src's shape.
	ScatterAdd(dst, src View, index []int32)

	// Gemm computes dst = act(alpha·a@b + beta·dst + bias) for matrices, or for
	// equally long batches of them (rank 3, first axis). Transposition is a
	// matter of strides. With beta 0 the old contents of dst are not read.
	Gemm(dst, a, b View, alpha, beta float64, ep Epilogue)

	// Conv2d, Conv2dInputGrad and Conv2dWeightGrad are the convolution y of x with w
	// that c describes and its two gradients. Each expresses the derivatives of the
	// others. g is the gradient of y, and has its shape.
	//
	// Conv2d computes dst = act(y + bias), with dst [N, O, OH, OW] and a bias [O].
	Conv2d(dst, x, w View, c Conv, ep Epilogue)
	// Conv2dInputGrad computes dst = act(gradient of x + bias), with dst [N, C, H, W]
	// and a bias [C]: the transposed convolution.
	Conv2dInputGrad(dst, g, w View, c Conv, ep Epilogue)
	// Conv2dWeightGrad computes dst = gradient of w + beta·dst, with dst
	// [O, C/Groups, KH, KW]. With beta 0 the old contents of dst are not read.
	Conv2dWeightGrad(dst, g, x View, c Conv, beta float64)

	// Random fills dst, in index order, from the stream: Uniform in
	// [p[0], p[1]), Normal with mean p[0] and deviation p[1], Bernoulli 1 with
	// probability p[0] else 0.
	Random(dst View, dist Distribution, p Params, s Stream)
}

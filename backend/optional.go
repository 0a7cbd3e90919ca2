package backend

// The interfaces below are optional: a backend may implement any of them, and
// an implementation may decline a call (return false, having written nothing)
// for shapes or layouts it has no fast path for. Package tensor and the
// optimisers ask once and fall back to a composition of mandatory operations.

// SoftmaxKernel normalises along the last axis in one pass over memory.
// dst is contiguous; x has a contiguous last axis.
type SoftmaxKernel interface {
	// Softmax computes dst = exp(x − max) / Σ exp(x − max), or its logarithm.
	Softmax(dst, x View, logarithm bool) bool
	// SoftmaxGrad computes the product of g with the derivative, given the
	// forward result y: y·(g − Σ g·y), or g − eʸ·Σ g for the logarithm.
	SoftmaxGrad(dst, g, y View, logarithm bool) bool
}

// CrossEntropyKernel computes softmax cross-entropy from logits [N, C] and
// class indices without keeping the probabilities.
type CrossEntropyKernel interface {
	// CrossEntropy writes per-row losses [N] and log-sum-exps [N]:
	//
	//	loss[n] = lse[n] − (1−s)·x[n,t[n]] − s·mean(x[n,:]),  s = smoothing
	//
	// Rows whose target equals ignore lose 0. Targets were range-checked.
	CrossEntropy(loss, lse, logits View, targets []int32, smoothing float64, ignore int32) bool
	// CrossEntropyGrad computes the gradient of the logits from that of the losses:
	//
	//	DX[n,c] = DLoss[n]·(softmax(Logits[n])[c] − q[n,c])
	//
	// with q the smoothed target distribution, and 0 in ignored rows.
	CrossEntropyGrad(a CrossEntropyGradArgs) bool
}

// CrossEntropyGradArgs is one call of CrossEntropyGrad.
type CrossEntropyGradArgs struct {
	DX View // result, [N, C]: the gradient of the logits

	DLoss     View    // [N]: the gradient of the losses
	LSE       View    // [N]: what CrossEntropy wrote
	Logits    View    // [N, C]
	Targets   []int32 // of each row, in [0, C) or Ignore
	Smoothing float64
	Ignore    int32
}

// LayerNormKernel normalises rows of x [N, D].
type LayerNormKernel interface {
	// LayerNorm computes Y = (X−Mean)·RStd·Weight + Bias and keeps Mean and
	// RStd = 1/√(var+Eps).
	LayerNorm(a LayerNormArgs) bool
	// LayerNormGrad computes the gradients of X, Weight and Bias from that of Y.
	LayerNormGrad(a LayerNormGradArgs) bool
}

// LayerNormArgs is one call of LayerNorm.
type LayerNormArgs struct {
	Y          View // result, [N, D]
	Mean, RStd View // results, [N]

	X      View // [N, D]
	Weight View // [D]; nil Buf: one
	Bias   View // [D]; nil Buf: zero
	Eps    float64
}

// LayerNormGradArgs is one call of LayerNormGrad.
type LayerNormGradArgs struct {
	DX             View // result, [N, D]
	DWeight, DBias View // results, [D]; nil Buf: not wanted

	DY         View // [N, D]: the gradient of Y
	X          View // [N, D]
	Mean, RStd View // [N]: what LayerNorm wrote
	Weight     View // [D]; nil Buf: one
}

// RMSNormKernel scales rows of x [N, D] to a mean square of 1.
type RMSNormKernel interface {
	// RMSNorm computes Y = X·RStd·Weight and keeps RStd = 1/√(mean(X²)+Eps).
	RMSNorm(a RMSNormArgs) bool
	// RMSNormGrad computes the gradients of X and Weight from that of Y.
	RMSNormGrad(a RMSNormGradArgs) bool
}

// RMSNormArgs is one call of RMSNorm.
type RMSNormArgs struct {
	Y    View // result, [N, D]
	RStd View // result, [N]

	X      View // [N, D]
	Weight View // [D]; nil Buf: one
	Eps    float64
}

// RMSNormGradArgs is one call of RMSNormGrad.
type RMSNormGradArgs struct {
	DX      View // result, [N, D]
	DWeight View // result, [D]; nil Buf: not wanted

	DY     View // [N, D]: the gradient of Y
	X      View // [N, D]
	RStd   View // [N]: what RMSNorm wrote
	Weight View // [D]; nil Buf: one
}

// GatedKernel multiplies by an activation in one pass over memory, the middle of a
// gated multi-layer perceptron. All views are contiguous and of one shape.
type GatedKernel interface {
	// Gated computes dst = act(gate)·up.
	Gated(dst, gate, up View, act Activation) bool
	// GatedGrad computes the gradients of gate and up from that of the result.
	GatedGrad(a GatedGradArgs) bool
}

// GatedGradArgs is one call of GatedGrad.
type GatedGradArgs struct {
	DGate View // result: DY·Up·act′(Gate)
	DUp   View // result: DY·act(Gate)

	DY, Gate, Up View
	Act          Activation
}

// BatchNormKernel normalises columns of x [N, D], the channels, over the rows. Rows
// lie one after the other, and N and D are not 0.
type BatchNormKernel interface {
	// BatchNorm computes Y = (X−Mean)·RStd·Weight + Bias with the mean and the plain
	// variance of each column and RStd = 1/√(Var+Eps), and keeps Mean and Var.
	BatchNorm(a BatchNormArgs) bool
	// BatchNormGrad computes the gradients of X, Weight and Bias from that of Y.
	BatchNormGrad(a BatchNormGradArgs) bool
}

// BatchNormArgs is one call of BatchNorm.
type BatchNormArgs struct {
	Y         View // result, [N, D]
	Mean, Var View // results, [D]

	X      View // [N, D]
	Weight View // [D]; nil Buf: one
	Bias   View // [D]; nil Buf: zero
	Eps    float64
}

// BatchNormGradArgs is one call of BatchNormGrad.
type BatchNormGradArgs struct {
	DX             View // result, [N, D]
	DWeight, DBias View // results, [D]

	DY        View // [N, D]: the gradient of Y
	X         View // [N, D]
	Mean, Var View // [D]: what BatchNorm wrote
	Weight    View // [D]; nil Buf: one
	Eps       float64
}

// ScaleShiftKernel scales and shifts columns of x [N, D], the channels, in one pass over
// memory. Rows lie one after the other, and N and D are not 0.
type ScaleShiftKernel interface {
	// ScaleShift computes Y = act(X·Scale + Shift).
	ScaleShift(a ScaleShiftArgs) bool
}

// ScaleShiftArgs is one call of ScaleShift.
type ScaleShiftArgs struct {
	Y View // result, [N, D]

	X            View // [N, D]
	Scale, Shift View // [D]
	Act          Activation
	Slope        float64 // of ActLeakyReLU
}

// LSTMKernel runs the recurrence of one LSTM layer over a whole sequence. The
// input projections of all steps have been done by one Gemm before.
//
// Shapes: gates [B, T, 4H] in the order input, forget, cell, output; y, cells
// [B, T, H]; h0, c0 [B, H]; whh [4H, H].
type LSTMKernel interface {
	// LSTM takes gates holding x·Wᵢₕᵀ + b and leaves the activated gates there,
	// and all hidden states in y and cell states in cells.
	LSTM(y, cells, gates, whh, h0, c0 View) bool
	// LSTMGrad computes the gradients of the pre-activation gates and of the first
	// states from those of y and of the last states.
	LSTMGrad(a LSTMGradArgs) bool
}

// LSTMGradArgs is one call of LSTMGrad.
type LSTMGradArgs struct {
	DGates   View // result, [B, T, 4H]: of the gates before their activation
	DH0, DC0 View // results, [B, H]

	DY       View // [B, T, H]: the gradient of y
	DHN, DCN View // [B, H]: those of the last hidden and cell state; nil Buf: zero
	Gates    View // [B, T, 4H]: the activated gates that LSTM left
	Cells    View // [B, T, H]: the cell states that LSTM wrote
	WHH      View // [4H, H]
	C0       View // [B, H]
}

// AttentionKernel computes scaled dot-product attention without ever holding the
// matrix of all queries by all keys.
//
// Shapes: q, y [B, Tq, H, D]; k, v [B, Tk, G, D], where G divides H and query head h
// reads key head h/(H/G); lse [B, H, Tq], contiguous. Other axes than the last may
// have any positive strides, so that a projection [B, T, (H+2G)·D] is read where it
// is; the last is contiguous. No axis has size 0 but Tk.
type AttentionKernel interface {
	// Attention computes, for each query i and head, over the keys j that the mask lets
	// it see,
	//
	//	s[j] = Scale · Q[i]·K[j],  LSE = ln Σ eˢ,  Y[i] = Σ e^(s[j]−LSE) · V[j]
	//
	// less the terms that Mask.Dropout drops, with the others scaled. LSE is of all.
	// A query that sees no key gets zeros and the LSE −∞.
	Attention(a AttentionArgs) bool
	// AttentionGrad computes the gradients of Q, K and V from that of Y.
	AttentionGrad(a AttentionGradArgs) bool
}

// AttentionArgs is one call of Attention.
type AttentionArgs struct {
	Y   View // result
	LSE View // result; nil Buf: not wanted

	Q View
	// K and V are keys and values in pages, which follow each other along Tk: one, or
	// the pages of a cache, which a kernel may want to have a size of its own.
	K, V  []View
	Scale float64
	Mask  AttentionMask
}

// AttentionGradArgs is one call of AttentionGrad.
type AttentionGradArgs struct {
	DQ, DK, DV View // results, with strides as Q, K and V may have

	DY      View // the gradient of Y
	Y, LSE  View // what Attention wrote
	Q, K, V View
	Scale   float64
	Mask    AttentionMask
}

// RotaryKernel turns pairs of numbers by angles.
type RotaryKernel interface {
	// Rotary computes, for each pair (a, b) of the first 2R numbers of each vector,
	// with c and s of the vector's place,
	//
	//	(a, b) → (a·c − b·s, b·c + a·s)
	//
	// or with −s if Back is set, and copies the rest.
	Rotary(a RotaryArgs) bool
}

// RotaryArgs is one call of Rotary. Dst may be X.
type RotaryArgs struct {
	Dst View // result, [B, T, H, D]; its last axis is contiguous

	X           View // [B, T, H, D]; its last axis is contiguous
	Cos, Sin    View // [T, R]; contiguous last axis; R ≤ D/2
	Interleaved bool // pairs are (2r, 2r+1), else (r, R+r)
	Back        bool // turn backwards: the transpose
}

// GRUKernel runs the recurrence of one layer of gated recurrent units over a whole
// sequence. The input projections of all steps have been done by one Gemm before.
type GRUKernel interface {
	// GRU computes, for each step, with p = h·WHHᵀ + BHH in three parts,
	//
	//	r, z = σ(gates + p),  n = tanh(gates + r·p),  h = (1 − z)·n + z·h
	//
	// and leaves r, z and n in Gates.
	GRU(a GRUArgs) bool
	// GRUGrad computes the gradients of the input projections, of p and of the first
	// state from those of Y and of the last state.
	GRUGrad(a GRUGradArgs) bool
}

// GRUArgs is one call of GRU.
type GRUArgs struct {
	Y          View // result, [B, T, H]: all hidden states
	Candidates View // result, [B, T, H]: the last part of p
	Gates      View // [B, T, 3H]: x·Wᵢₕᵀ + b, then r, z and n

	WHH View // [3H, H]
	BHH View // [3H], contiguous
	H0  View // [B, H]
}

// GRUGradArgs is one call of GRUGrad.
type GRUGradArgs struct {
	DGates    View // result, [B, T, 3H]: of the input projections
	DProducts View // result, [B, T, 3H]: of p; they differ in the last part
	DH0       View // result, [B, H]

	DY         View // [B, T, H]: the gradient of Y
	DHN        View // [B, H]: that of the last state; nil Buf: zero
	Gates      View // [B, T, 3H]: what GRU left
	Candidates View // [B, T, H]: what GRU wrote
	Before     View // [B, T, H]: the states that the steps began with
	WHH        View // [3H, H]
}

// DecodeKernel decodes stored weights of any format.
type DecodeKernel interface {
	// Decode writes rows lo, lo+1, … of w to contiguous dst [n, columns].
	Decode(dst View, w StoredMatrix, lo int) bool
	// DecodeBlock is how many weights are best decoded at a time before they are
	// multiplied, 0 for all: fewer stay in a cache.
	DecodeBlock() int
}

// LinearInt8Kernel multiplies by the transpose of int8 weights.
type LinearInt8Kernel interface {
	// LinearInt8 computes dst = x·Wᵀ + bias for x [N, Cols], bias [Rows] (nil
	// Buf: zero) and contiguous dst [N, Rows]. Only the weights are int8: x may
	// be rounded, but to no fewer than 14 bits: by at most max|x| / 16382, of
	// each row, where that is 2⁻¹⁰⁰ or more. Where x is not finite, dst is NaN or infinite.
	LinearInt8(dst, x View, w *Int8Matrix, bias View) bool
}

// LSTMInt8Kernel is the forward half of [LSTMKernel] with int8 recurrent
// weights [4H, H].
type LSTMInt8Kernel interface {
	// LSTMInt8 takes gates holding x·Wᵢₕᵀ + b and leaves the activated gates
	// there, and all hidden states in y and cell states in cells.
	LSTMInt8(y, cells, gates View, whh *Int8Matrix, h0, c0 View) bool
}

// AdamConfig is one Adam or AdamW update. BiasCorrection1 is 1 − β₁ᵗ and
// BiasCorrection2 is 1 − β₂ᵗ.
type AdamConfig struct {
	LR, Beta1, Beta2, Eps            float64
	WeightDecay                      float64
	Decoupled                        bool // AdamW: decay the weight, not the gradient
	BiasCorrection1, BiasCorrection2 float64
}

// SGDConfig is one update of stochastic gradient descent. First marks a
// momentum buffer that holds nothing yet.
type SGDConfig struct {
	LR, Momentum, Dampening, WeightDecay float64
	Nesterov, First                      bool
}

// OptimizerKernel updates contiguous parameters in one pass over memory. It
// makes 0 of moments and momentum below the smallest normal number: without a
// gradient they would stay there, where computing is slow, for ever.
type OptimizerKernel interface {
	// AdamStep updates p and the moments m and v from gradient g:
	//
	//	g += λ·p (or p −= lr·λ·p if Decoupled)
	//	m = β₁m + (1−β₁)g;  v = β₂v + (1−β₂)g²
	//	p −= lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
	AdamStep(p, g, m, v View, cfg AdamConfig) bool
	// SGDStep updates p and the momentum buffer (nil Buf if Momentum is 0):
	//
	//	g += λ·p;  b = μb + (1−τ)g (b = g at first);  g = g + μb or b;  p −= lr·g
	SGDStep(p, g, buf View, cfg SGDConfig) bool
}

// ProductAdamKernel updates a matrix from a gradient that is a product, which
// is used piece by piece as it is formed. For a large matrix, writing the
// gradient to memory and reading it again would take a third of the time.
type ProductAdamKernel interface {
	// WantsProduct reports whether the gradient of a weight [M, N] that is the
	// product of [M, K] and [K, N] is better kept as the two factors until it is
	// used or asked for.
	WantsProduct(m, k, n int) bool
	// AdamStepProduct is AdamStep with g = a@b: p, m and v are contiguous
	// [M, N], a is [M, K] and b [K, N].
	AdamStepProduct(p, a, b, m, v View, cfg AdamConfig) bool
}

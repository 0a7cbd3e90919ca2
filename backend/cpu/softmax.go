package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// softmax is one call of Softmax or SoftmaxGrad, cut into groups of rows.
type softmax struct {
	rows            rows // dst, x or dst, g, y
	grad, logarithm bool
	step            int
}

var softmaxes team.Recycler[softmax]

// Softmax computes dst = exp(x − max) / Σ exp(x − max), or its logarithm.
func (c *cpu) Softmax(dst, x backend.View, logarithm bool) bool {
	if dst.Size() == 0 {
		return true
	}
	t := softmaxes.Get()
	ok := t.rows.init(&dst, &x)
	return t.do(c, ok, false, logarithm)
}

// SoftmaxGrad computes y·(g − Σ g·y), or g − eʸ·Σ g for the logarithm.
func (c *cpu) SoftmaxGrad(dst, g, y backend.View, logarithm bool) bool {
	if dst.Size() == 0 {
		return true
	}
	t := softmaxes.Get()
	ok := t.rows.init(&dst, &g, &y)
	return t.do(c, ok, true, logarithm)
}

func (t *softmax) do(c *cpu, ok, grad, logarithm bool) bool {
	if ok {
		t.grad, t.logarithm, t.step = grad, logarithm, max(1, expensiveChunk/t.rows.n)
		c.team.Do(ceilDiv(t.rows.count(), t.step), t)
	}
	*t = softmax{}
	softmaxes.Put(t)
	return ok
}

func (t *softmax) Chunk(i int) {
	lo := i * t.step
	hi := min(t.rows.count(), lo+t.step)
	cur := t.rows.nest.seek(lo)
	for ; lo < hi; lo++ {
		dst, x := t.rows.row(0, &cur), t.rows.row(1, &cur)
		switch {
		case !t.grad:
			softmaxRow(dst, x, t.logarithm)
		case t.logarithm:
			asm.Exp(dst, t.rows.row(2, &cur))
			asm.MulScalar(dst, dst, -asm.Sum(x))
			asm.Add(dst, dst, x)
		default:
			y := t.rows.row(2, &cur)
			asm.SoftmaxGrad(dst, x, y, asm.Dot(x, y))
		}
		t.rows.nest.advance(&cur, 1)
	}
}

func softmaxRow(dst, x []float32, logarithm bool) {
	m := asm.Max(x)
	sum := asm.SumExp(dst, x, m)
	if !logarithm {
		asm.MulScalar(dst, dst, 1/sum)
		return
	}
	asm.AddScalar(dst, x, -m)
	asm.AddScalar(dst, dst, -float32(math.Log(float64(sum))))
}

// crossEntropy is one call of CrossEntropy or CrossEntropyGrad.
type crossEntropy struct {
	rows             rows // logits, or dst and logits
	grad             bool
	loss, lse, dloss backend.View
	targets          []int32
	smoothing        float64
	ignore           int32
	step             int
}

var crossEntropies team.Recycler[crossEntropy]

// CrossEntropy writes per-row losses and log-sum-exps of logits [N, C].
func (c *cpu) CrossEntropy(loss, lse, logits backend.View, targets []int32, smoothing float64, ignore int32) bool {
	if loss.Size() == 0 {
		return true
	}
	t := crossEntropies.Get()
	ok := logits.Size() > 0 && t.rows.init(&logits)
	t.loss, t.lse, t.targets, t.smoothing, t.ignore = loss, lse, targets, smoothing, ignore
	return t.do(c, ok)
}

// CrossEntropyGrad writes DX[n,c] = DLoss[n]·(softmax(Logits[n])[c] − q[n,c]).
func (c *cpu) CrossEntropyGrad(a backend.CrossEntropyGradArgs) bool {
	if a.DX.Size() == 0 {
		return true
	}
	t := crossEntropies.Get()
	ok := t.rows.init(&a.DX, &a.Logits)
	t.grad, t.dloss, t.lse, t.targets, t.smoothing, t.ignore = true, a.DLoss, a.LSE, a.Targets, a.Smoothing, a.Ignore
	return t.do(c, ok)
}

func (t *crossEntropy) do(c *cpu, ok bool) bool {
	if ok {
		t.step = max(1, expensiveChunk/t.rows.n)
		c.team.Do(ceilDiv(t.rows.count(), t.step), t)
	}
	*t = crossEntropy{}
	crossEntropies.Put(t)
	return ok
}

func (t *crossEntropy) Chunk(i int) {
	lo := i * t.step
	hi := min(t.rows.count(), lo+t.step)
	cur := t.rows.nest.seek(lo)
	if t.grad {
		for ; lo < hi; lo++ {
			t.gradRow(lo, t.rows.row(0, &cur), t.rows.row(1, &cur))
			t.rows.nest.advance(&cur, 1)
		}
		return
	}
	var buf [2048]float32 // once: clearing it takes as long as a short row does
	for ; lo < hi; lo++ {
		t.lossRow(lo, t.rows.row(0, &cur), buf[:])
		t.rows.nest.advance(&cur, 1)
	}
}

func (t *crossEntropy) lossRow(i int, x, buf []float32) {
	m := asm.Max(x)
	logSum := math.Log(sumExp(x, m, buf))
	*element(&t.lse, i) = float32(float64(m) + logSum)
	target := t.targets[i]
	if target == t.ignore {
		*element(&t.loss, i) = 0
		return
	}
	// Relative to the maximum, so that large logits cost no precision.
	loss := logSum - (1-t.smoothing)*(float64(x[target])-float64(m))
	if t.smoothing != 0 {
		loss -= t.smoothing * (float64(asm.Sum(x))/float64(len(x)) - float64(m))
	}
	*element(&t.loss, i) = float32(loss)
}

// sumExp is Σ exp(x − m). It overwrites buf.
func sumExp(x []float32, m float32, buf []float32) float64 {
	var sum float64
	for len(x) > 0 {
		n := min(len(buf), len(x))
		sum += float64(asm.SumExp(buf[:n], x[:n], m))
		x = x[n:]
	}
	return sum
}

func (t *crossEntropy) gradRow(i int, dst, x []float32) {
	target := t.targets[i]
	if target == t.ignore {
		clear(dst)
		return
	}
	g := *element(&t.dloss, i)
	asm.SumExp(dst, x, *element(&t.lse, i))
	if t.smoothing != 0 {
		asm.AddScalar(dst, dst, float32(-t.smoothing/float64(len(x))))
	}
	dst[target] -= float32(1 - t.smoothing)
	asm.MulScalar(dst, dst, g)
}

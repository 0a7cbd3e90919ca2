package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// batchPass is what a walk over the rows does.
type batchPass uint8

const (
	passSum       batchPass = iota // sums of columns
	passDeviation                  // sums of squared distances from the means
	passNormalise                  // y
	passGradSums                   // sums of dy and of dy·(x − mean)
	passGrad                       // dx
)

// batchNorm is one call of BatchNorm or BatchNormGrad. Rows are done in long runs:
// what belongs to columns is repeated to the length of some rows.
type batchNorm struct {
	c       *cpu
	pass    batchPass
	d, wide int // columns; numbers of a run
	out, x  []float32
	dy      []float32
	mean    []float32 // of wide numbers, as are scale and shift
	scale   []float32
	shift   []float32
	parts   []float32 // sums of each chunk
	sums    int       // how many rows of d sums a chunk has
	chunks  team.Division
}

var batchNorms team.Recycler[batchNorm]

// start prepares walks over x, with memory for what belongs to columns.
func (c *cpu) startBatchNorm(x *backend.View) (t *batchNorm, scratch *buffer) {
	t = batchNorms.Get()
	rows, d := x.Shape[0], x.Shape[1]
	*t = batchNorm{c: c, d: d, wide: d * repeats(d), x: dense(x)}
	t.chunks = team.Divide(rows, max(repeats(d), cheapChunk/d), repeats(d))
	scratch = c.pool.alloc(3*t.wide + 2*t.chunks.Count*d)
	t.mean, t.scale, t.shift = scratch.data[:t.wide], scratch.data[t.wide:2*t.wide], scratch.data[2*t.wide:3*t.wide]
	t.parts = scratch.data[3*t.wide:]
	return t, scratch
}

func (c *cpu) endBatchNorm(t *batchNorm, scratch *buffer) {
	c.pool.put(scratch)
	*t = batchNorm{}
	batchNorms.Put(t)
}

// walk does a pass over all rows; n rows of sums are added up, chunk by chunk.
func (t *batchNorm) walk(pass batchPass, n int, sums ...[]float32) {
	t.pass, t.sums = pass, n
	t.c.team.Do(t.chunks.Count, t)
	for i, sum := range sums {
		copy(sum[:t.d], t.parts[i*t.d:])
		for chunk := 1; chunk < t.chunks.Count; chunk++ {
			asm.Add(sum[:t.d], sum[:t.d], t.parts[(chunk*n+i)*t.d:][:t.d])
		}
	}
}

// repeat fills a run with its first row.
func (t *batchNorm) repeat(runs ...[]float32) {
	for _, r := range runs {
		for i := t.d; i < t.wide; i += t.d {
			copy(r[i:], r[:t.d])
		}
	}
}

// BatchNorm computes Y = (X−Mean)·RStd·Weight + Bias, column by column.
func (c *cpu) BatchNorm(a backend.BatchNormArgs) bool {
	w, okW := contiguousVector(&a.Weight)
	b, okB := contiguousVector(&a.Bias)
	if !okW || !okB || a.X.Size() == 0 || !a.X.Contiguous() || !a.Mean.Contiguous() || !a.Var.Contiguous() {
		return false
	}
	t, scratch := c.startBatchNorm(&a.X)
	t.out = dense(&a.Y)
	mean, variance, count := dense(&a.Mean), dense(&a.Var), float32(a.X.Shape[0])
	t.walk(passSum, 1, mean)
	asm.MulScalar(mean, mean, 1/count)
	copy(t.mean, mean)
	t.repeat(t.mean)
	t.walk(passDeviation, 1, variance)
	asm.MulScalar(variance, variance, 1/count)
	for i, v := range variance {
		t.scale[i], t.shift[i] = float32(1/math.Sqrt(float64(v)+a.Eps)), 0
		if w != nil {
			t.scale[i] *= w[i]
		}
		if b != nil {
			t.shift[i] = b[i]
		}
	}
	t.repeat(t.scale, t.shift)
	t.walk(passNormalise, 0)
	c.endBatchNorm(t, scratch)
	return true
}

// BatchNormGrad computes, with n rows, x̂ = (x−mean)·rstd,
//
//	dbias = Σ dy,  dweight = Σ dy·x̂,  dx = weight·rstd·(dy − dbias/n − x̂·dweight/n)
func (c *cpu) BatchNormGrad(a backend.BatchNormGradArgs) bool {
	w, ok := contiguousVector(&a.Weight)
	if !ok || a.X.Size() == 0 || !a.X.Contiguous() || !a.DY.Contiguous() || !a.Mean.Contiguous() || !a.Var.Contiguous() {
		return false
	}
	t, scratch := c.startBatchNorm(&a.X)
	t.out, t.dy = dense(&a.DX), dense(&a.DY)
	dw, db, count := dense(&a.DWeight), dense(&a.DBias), float32(a.X.Shape[0])
	copy(t.mean, dense(&a.Mean))
	t.repeat(t.mean)
	t.walk(passGradSums, 2, db, dw)
	for i, v := range dense(&a.Var) {
		rstd := float32(1 / math.Sqrt(float64(v)+a.Eps))
		dw[i] *= rstd
		t.scale[i] = rstd
		if w != nil {
			t.scale[i] *= w[i]
		}
		// dx = scale·(dy − db/n) + shift·(x − mean)
		t.shift[i] = -t.scale[i] * rstd * dw[i] / count
		t.parts[i] = -db[i] / count
	}
	t.repeat(t.scale, t.shift)
	t.walk(passGrad, 0)
	c.endBatchNorm(t, scratch)
	return true
}

// Chunk does a pass over some rows.
func (t *batchNorm) Chunk(i int) {
	lo, hi := t.chunks.Bounds(i)
	scratch := t.c.pool.alloc(3 * t.wide)
	one, two, temp := scratch.data[:t.wide], scratch.data[t.wide:2*t.wide], scratch.data[2*t.wide:]
	clear(one)
	clear(two)
	if t.pass == passGrad { // one is −dbias/n, from the first parts
		copy(one, t.parts[:t.d])
		t.repeat(one)
	}
	for at, end := lo*t.d, hi*t.d; at < end; at += t.wide {
		n := min(t.wide, end-at)
		t.run(at, n, one[:n], two[:n], temp[:n])
	}
	for j := range t.sums {
		sum := scratch.data[j*t.wide:]
		to := t.parts[(i*t.sums+j)*t.d:][:t.d]
		copy(to, sum)
		for k := t.d; k < t.wide; k += t.d {
			asm.Add(to, to, sum[k:k+t.d])
		}
	}
	t.c.pool.put(scratch)
}

// run does a pass over n numbers.
func (t *batchNorm) run(at, n int, one, two, temp []float32) {
	x := t.x[at : at+n]
	switch t.pass {
	case passSum:
		asm.Add(one, one, x)
	case passDeviation:
		asm.Sub(temp, x, t.mean[:n])
		asm.MulAdd(one, temp, temp, one)
	case passNormalise:
		y := t.out[at : at+n]
		asm.Sub(y, x, t.mean[:n])
		asm.MulAdd(y, y, t.scale[:n], t.shift[:n])
	case passGradSums:
		dy := t.dy[at : at+n]
		asm.Add(one, one, dy)
		asm.Sub(temp, x, t.mean[:n])
		asm.MulAdd(two, dy, temp, two)
	case passGrad:
		dx, dy := t.out[at:at+n], t.dy[at:at+n]
		asm.Sub(temp, x, t.mean[:n])
		asm.Mul(temp, temp, t.shift[:n])
		asm.Add(dx, dy, one)
		asm.MulAdd(dx, dx, t.scale[:n], temp)
	}
}

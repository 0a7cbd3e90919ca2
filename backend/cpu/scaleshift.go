package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// scaleShift is one call of ScaleShift. Scale and shift are repeated to the length of
// some rows.
type scaleShift struct {
	y, x, scale, shift []float32
	d                  int
	epilogue           gemm.Epilogue
	chunks             team.Division
}

var scaleShifts team.Recycler[scaleShift]

// ScaleShift computes Y = act(X·Scale + Shift), column by column.
func (c *cpu) ScaleShift(a backend.ScaleShiftArgs) bool {
	scale, okScale := contiguousVector(&a.Scale)
	shift, okShift := contiguousVector(&a.Shift)
	if !okScale || !okShift || a.X.Size() == 0 || !a.X.Contiguous() || !a.Y.Contiguous() {
		return false
	}
	t := scaleShifts.Get()
	rows, d := a.X.Shape[0], a.X.Shape[1]
	wide := d * repeats(d)
	scratch := c.pool.alloc(2 * wide)
	*t = scaleShift{y: dense(&a.Y), x: dense(&a.X), d: d, scale: scratch.data[:wide], shift: scratch.data[wide:]}
	t.epilogue.Act, t.epilogue.Slope = a.Act, float32(a.Slope)
	for i := 0; i < wide; i += d {
		copy(t.scale[i:], scale)
		copy(t.shift[i:], shift)
	}
	t.chunks = team.Divide(rows, max(repeats(d), cheapChunk/d), repeats(d))
	c.team.Do(t.chunks.Count, t)
	*t = scaleShift{}
	scaleShifts.Put(t)
	c.pool.put(scratch)
	return true
}

// Chunk computes some rows.
func (t *scaleShift) Chunk(i int) {
	lo, hi := t.chunks.Bounds(i)
	for at, end := lo*t.d, hi*t.d; at < end; at += len(t.scale) {
		n := min(len(t.scale), end-at)
		y := t.y[at : at+n]
		asm.MulAdd(y, t.x[at:at+n], t.scale[:n], t.shift[:n])
		t.epilogue.Activate(y)
	}
}

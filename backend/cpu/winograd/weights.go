package winograd

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// Weights are dense weights [out, in, tap] or [in, out, tap].
type Weights struct {
	Mem     []float32
	In, Out int // numbers from one channel to the next
	Side    int // taps along an axis
}

const (
	// stageIn is how many channels are brought into the order of lanes at a time: with
	// 16 taps 64 KiB.
	stageIn = 64
	// weightSteps is how many times as many make a chunk of work.
	weightSteps = 2
)

// mapped is weights as products read them: for each plane and point, panels of
// channels of the result, each [block of channels, sub, channel, channel of the result].
type mapped struct {
	*method
	Weights
	planes  []Plane
	taps    int // of a convolution along an axis
	step    int
	in, out int // channels
	block   int // channels of a block
	mem     []float32
}

// planeSize is how many numbers a plane has.
func (w *mapped) planeSize() int {
	return w.points * w.points * w.in * w.step * w.step * w.out
}

// width is how many channels of the result the panel has that one of them is in.
func (w *mapped) width(out int) int { return min(panel, w.out-out/panel*panel) }

// at is the weights of a panel from a step of K on.
func (w *mapped) at(plane, point, out, k int) []float32 {
	depth := w.in * w.step * w.step
	return w.mem[plane*w.planeSize()+(point*w.out+out/panel*panel)*depth+k*w.width(out):]
}

// mapWeights is a task that fills mapped weights.
type mapWeights struct {
	mapped
	env    *gemm.Env
	chunks team.Division
}

var weightMappers team.Recycler[mapWeights]

// fill maps the weights.
func (w *mapped) fill(env *gemm.Env) {
	t := weightMappers.Get()
	*t = mapWeights{*w, env, team.Divide(w.out/lanes*ceilDiv(w.in, stageIn), weightSteps, 1)}
	env.Team.Do(t.chunks.Count, t)
	*t = mapWeights{}
	weightMappers.Put(t)
}

// Chunk maps the weights of some lanes of channels of the result.
func (w *mapWeights) Chunk(i int) {
	lo, hi := w.chunks.Bounds(i)
	taps, stages := w.Side*w.Side, ceilDiv(w.in, stageIn)
	scratch := w.env.Memory.Get(stageIn * taps * lanes)
	stage := scratch.Floats()
	for ; lo < hi; lo++ {
		out, in := lo/stages*lanes, lo%stages*stageIn
		n := min(stageIn, w.in-in)
		from := w.Mem[in*w.In+out*w.Out:]
		if w.In == taps {
			asm.PackTranspose(stage, from, w.Out, lanes, n*taps, lanes)
		} else {
			for c := range n {
				asm.PackTranspose(stage[c*taps*lanes:], from[c*w.In:], w.Out, lanes, taps, lanes)
			}
		}
		for n > 0 { // blocks need not end with stages
			part := min(n, w.block-in%w.block)
			w.lanes(stage, out, in, part)
			stage = stage[part*taps*lanes:]
			in, n = in+part, n-part
		}
		stage = scratch.Floats()
	}
	w.env.Memory.Put(scratch)
}

// lanes maps n channels of staged weights [channel, tap, lane], of one block.
func (w *mapWeights) lanes(stage []float32, out, in, n int) {
	first := in / w.block * w.block
	depth := min(w.block, w.in-first)
	s := asm.Squares{DstStep: w.width(out), SrcStep: w.Side * w.Side * lanes, Groups: n}
	for plane := range w.planes {
		p := &w.planes[plane]
		for sub := range w.step * w.step {
			for j := range w.taps * w.taps {
				y := p.Tap[0] + j/w.taps*p.TapStep + sub/w.step
				x := p.Tap[1] + j%w.taps*p.TapStep + sub%w.step
				s.Src[j] = stage[(y*w.Side+x)*lanes:]
			}
			for j := range w.points * w.points {
				s.Dst[j] = w.at(plane, j, out, first*w.step*w.step+sub*depth+in-first)[out%panel:]
			}
			w.method.taps.Map(&s)
		}
	}
}

package winograd

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// WeightGrad is the gradient of the weights of a convolution of X, in one plane, to
// whose result the gradient Y belongs.
type WeightGrad struct {
	Taps, Step int // as of [Sliding]
	X, Y       Images
	Plane      Plane
	Dst        []float32 // [out, tap, in]
	Plan       Plan
}

// gradTask computes the gradient by blocks of channels. Each block sums over all
// tiles in order.
type gradTask struct {
	WeightGrad
	*method
	env       *gemm.Env
	grid      grid
	outs, ins team.Division
}

var gradTasks team.Recycler[gradTask]

// Run computes the gradient, as its plan says.
func (g *WeightGrad) Run(env *gemm.Env) {
	t := gradTasks.Get()
	*t = gradTask{WeightGrad: *g, method: &methods[g.Taps], env: env, grid: g.Plane.grid(g.X.N)}
	t.outs = team.Divide(g.Y.C, g.Plan.Out, lanes)
	t.ins = team.Divide(g.X.C, g.Plan.In, lanes)
	env.Team.Do(t.outs.Count*t.ins.Count, t)
	*t = gradTask{}
	gradTasks.Put(t)
}

// Chunk computes a block.
func (t *gradTask) Chunk(i int) {
	var ins, outs span
	outs.lo, outs.hi = t.outs.Bounds(i % t.outs.Count)
	ins.lo, ins.hi = t.ins.Bounds(i / t.outs.Count)
	squares, columns := t.points*t.points, ins.n()*t.Step*t.Step
	blocks := team.Divide(t.grid.tiles(), t.Plan.Tiles, 1)
	most := ceilDiv(t.grid.tiles(), blocks.Count)
	ldv, ldg := columns+lanes, outs.n()+lanes // not powers of two: tiles would meet in the cache
	scratch := t.env.Memory.Get(squares*(most*(ldv+ldg)+outs.n()*columns) + max(ins.n(), outs.n()))
	v, rest := cut(scratch.Floats(), squares*most*ldv)
	g, rest := cut(rest, squares*most*ldg)
	sums, zeros := cut(rest, squares*outs.n()*columns)
	clear(zeros)
	r := reader{t.method, &t.X, &t.Plane, &t.grid, t.Step}
	for b := range blocks.Count {
		var tiles span
		tiles.lo, tiles.hi = blocks.Bounds(b)
		r.read(v, ldv, tiles, ins, zeros)
		t.gradients(g, ldg, tiles, outs, zeros)
		x := asm.InPlaceTiles{Count: 1, K: tiles.n(), A: g, ARow: 1, ACol: ldg, B: v, BRow: ldv, C: sums, CRow: columns, Accumulate: b > 0}
		t.products(&x, outs.n())
	}
	t.results(outs, ins, sums)
	t.env.Memory.Put(scratch)
}

// gradients maps the gradients of the windows of tiles: g is [point, tile, out].
func (t *gradTask) gradients(g []float32, ld int, tiles, outs span, zeros []float32) {
	n, p := tiles.n(), &t.Plane
	s := asm.Squares{DstStep: lanes, SrcStep: lanes, Groups: outs.n() / lanes}
	for i := range n {
		image, y, x := t.grid.place(tiles.lo + i)
		for j := range tile * tile {
			y, x := tile*y+j/tile, tile*x+j%tile
			s.Src[j] = zeros
			if y < p.Count[0] && x < p.Count[1] {
				s.Src[j] = t.Y.at(image, y, x, outs.lo, zeros)
			}
		}
		for j := range t.points * t.points {
			s.Dst[j] = g[(j*n+i)*ld:]
		}
		t.in.Map(&s)
	}
}

// products adds the products of a block of tiles, all points of all of x: C is [point,
// out, column].
func (t *gradTask) products(x *asm.InPlaceTiles, outs int) {
	g, v, sums, columns, rows := x.A, x.B, x.C, x.CRow, gemm.CutRows(outs, 2*asm.MR)
	for j := range t.points * t.points {
		for c := 0; c < columns; c += panel {
			x.N = min(panel, columns-c)
			x.B = v[j*x.K*x.BRow+c:]
			for r := range rows.Tiles {
				var o int
				o, x.M = rows.At(r)
				x.A, x.C = g[j*x.K*x.ACol+o:], sums[(j*outs+o)*columns+c:]
				asm.GemmInPlace(x)
			}
		}
	}
}

// results maps sums to the gradients of taps.
func (t *gradTask) results(outs, ins span, sums []float32) {
	k, side := ins.n(), t.Taps*t.Step
	columns := k * t.Step * t.Step
	s := asm.Squares{DstStep: lanes, SrcStep: lanes, Groups: k / lanes}
	for o := range outs.n() {
		for sub := range t.Step * t.Step {
			for j := range t.points * t.points {
				s.Src[j] = sums[(j*outs.n()+o)*columns+sub*k:]
			}
			for j := range t.Taps * t.Taps {
				y, x := j/t.Taps*t.Step+sub/t.Step, j%t.Taps*t.Step+sub%t.Step
				s.Dst[j] = t.Dst[((outs.lo+o)*side*side+y*side+x)*t.X.C+ins.lo:]
			}
			t.grad.Map(&s)
		}
	}
}

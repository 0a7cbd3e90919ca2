package winograd

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// maxPlanes is the most planes of a result: those of stride 2.
const maxPlanes = 4

// Sliding is a convolution in planes that do not overlap in the result.
type Sliding struct {
	Taps      int    // of a window along an axis, of each convolution: 2 or 3
	Step      int    // pixels between windows
	X, Y      Images // Y is written, where planes are
	W         Weights
	Planes    [maxPlanes]Plane
	NumPlanes int
	Epilogue  gemm.Epilogue
	Plan      Plan
}

// slidingTask is a convolution by blocks of tiles and channels of the result.
type slidingTask struct {
	Sliding
	*method
	w     mapped
	env   *gemm.Env
	outs  team.Division
	grids [maxPlanes]grid
	tiles [maxPlanes]team.Division
}

var slidingTasks team.Recycler[slidingTask]

// Run computes the convolution, as its plan says.
func (s *Sliding) Run(env *gemm.Env) {
	t := slidingTasks.Get()
	*t = slidingTask{Sliding: *s, method: &methods[s.Taps], env: env}
	t.w = mapped{
		method: t.method, Weights: s.W, planes: t.Planes[:s.NumPlanes], taps: s.Taps, step: s.Step,
		in: s.X.C, out: s.Y.C, block: s.Plan.In,
	}
	scratch := env.Memory.Get(s.NumPlanes * t.w.planeSize())
	t.w.mem = scratch.Floats()
	t.w.fill(env)
	t.outs = team.Divide(s.Y.C, s.Plan.Out, panel)
	blocks := 0
	for i := range t.w.planes {
		t.grids[i] = t.Planes[i].grid(s.X.N)
		t.tiles[i] = team.Divide(t.grids[i].tiles(), s.Plan.Tiles, 2*asm.MR)
		blocks += t.tiles[i].Count * t.outs.Count
	}
	env.Team.Do(blocks, t)
	*t = slidingTask{}
	slidingTasks.Put(t)
	env.Memory.Put(scratch)
}

// Chunk computes a block.
func (t *slidingTask) Chunk(i int) {
	plane := 0
	for ; i >= t.tiles[plane].Count*t.outs.Count; plane++ {
		i -= t.tiles[plane].Count * t.outs.Count
	}
	var tiles, outs span
	tiles.lo, tiles.hi = t.tiles[plane].Bounds(i % t.tiles[plane].Count)
	outs.lo, outs.hi = t.outs.Bounds(i / t.tiles[plane].Count)
	squares, block := t.points*t.points, t.Plan.In
	ld := block*t.Step*t.Step + lanes // not a power of two: tiles would meet in the cache
	scratch := t.env.Memory.Get(squares*tiles.n()*(ld+outs.n()) + max(block, outs.n()))
	v, rest := cut(scratch.Floats(), squares*tiles.n()*ld)
	sums, outside := cut(rest, squares*tiles.n()*outs.n())
	clear(outside)
	r := reader{t.method, &t.X, &t.Planes[plane], &t.grids[plane], t.Step}
	for c := 0; c < t.X.C; c += block {
		channels := span{c, min(t.X.C, c+block)}
		r.read(v, ld, tiles, channels, outside)
		t.products(plane, tiles.n(), outs, channels, v, ld, sums)
	}
	t.results(plane, tiles, outs, sums, outside)
	t.env.Memory.Put(scratch)
}

// cut gives the first n numbers, and the others.
func cut(mem []float32, n int) (first, rest []float32) { return mem[:n:n], mem[n:] }

// products adds the products of some channels to sums [point, tile, out].
func (t *slidingTask) products(plane, n int, outs, channels span, v []float32, ld int, sums []float32) {
	subs, rows := t.Step*t.Step, gemm.CutRows(n, 2*asm.MR)
	x := asm.InPlaceTiles{Count: 1, K: channels.n() * subs, ARow: ld, ACol: 1, CRow: outs.n(), Accumulate: channels.lo > 0}
	for j := range t.points * t.points {
		for o := outs.lo; o < outs.hi; o += panel {
			x.N = min(panel, outs.hi-o)
			x.B, x.BRow = t.w.at(plane, j, o, channels.lo*subs), x.N
			for r := range rows.Tiles {
				var i int
				i, x.M = rows.At(r)
				x.A, x.C = v[(j*n+i)*ld:], sums[(j*n+i)*outs.n()+o-outs.lo:]
				asm.GemmInPlace(&x)
			}
		}
	}
}

// results maps sums to windows. What windows past the last ones get goes to trash.
func (t *slidingTask) results(plane int, tiles, outs span, sums, trash []float32) {
	p, n := &t.Planes[plane], tiles.n()
	s := asm.Squares{DstStep: lanes, SrcStep: lanes, Groups: outs.n() / lanes}
	for i := range n {
		image, y, x := t.grids[plane].place(tiles.lo + i)
		for j := range t.points * t.points {
			s.Src[j] = sums[(j*n+i)*outs.n():]
		}
		inside := 0
		for j := range tile * tile {
			y, x := tile*y+j/tile, tile*x+j%tile
			s.Dst[j] = trash
			if y < p.Count[0] && x < p.Count[1] {
				s.Dst[j] = t.Y.at(image, p.To[0]+y*p.ToStep, p.To[1]+x*p.ToStep, outs.lo, nil)
				inside |= 1 << j
			}
		}
		t.out.Map(&s)
		for j := range tile * tile {
			if inside>>j&1 != 0 {
				t.Epilogue.Apply(s.Dst[j][:outs.n()], outs.lo)
			}
		}
	}
}

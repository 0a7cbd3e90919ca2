package gemm

import (
	"runtime"

	"github.com/org/artnn/backend/cpu/team"
)

// Env is what products run with.
type Env struct {
	Memory Memory
	Team   *team.Team
}

// Memory gives scratch memory and takes it back.
type Memory interface {
	Get(n int) Scratch
	Put(s Scratch)
}

// Scratch is memory of unspecified contents.
type Scratch interface {
	Floats() []float32
}

// job is a product with its plan. Loops work on copies of it, and change nothing
// in them but pointers to memory.
type job struct {
	Product
	plan  Plan
	env   *Env
	lines *lineTable // of plan.Prefetch; nil for none
}

// Multiply computes a product or a batch of them.
func Multiply(env *Env, p *Product) {
	p.normalise()
	p.Epilogue.scale = 1
	if p.Alpha != 1 && p.Beta == 0 {
		p.Epilogue.scale, p.Alpha = p.Alpha, 1
	}
	problem, on := p.problem(), thisMachine()
	if in, ok := small(&problem, on); ok && in.direct() {
		p.direct(in, 0, p.N)
		return
	}
	on.Workers = runtime.GOMAXPROCS(0)
	var plan Plan
	plan.set(&problem, on)
	if plan.One && problem.Batch == 1 {
		p.inPlaceChunks(&plan)
		return
	}
	j := job{Product: *p, plan: plan, env: env}
	if problem.Batch == 1 || j.plan.Order == Matrices {
		j.run()
		return
	}
	for i := range problem.Batch {
		j.matrices(p, i)
		j.run()
	}
}

// run carries out the plan.
func (j *job) run() {
	switch j.plan.Order {
	case Serial:
		j.serial(j.plan.Inner)
	case Columns:
		j.columns()
	case Rows:
		if j.plan.One {
			j.inPlaceChunks(&j.plan)
			return
		}
		d := j.plan.Chunk.of(j.M)
		each(j.env, &rowLoops, &rowLoop{*j, d}, d.Count)
	case PackA:
		j.packA()
	case PackB:
		j.packB()
	case SplitK:
		j.splitK()
	case Matrices:
		d := j.plan.Chunk.of(j.Batch)
		each(j.env, &matrixLoops, &matrixLoop{*j, d}, d.Count)
	}
}

// of cuts n items into chunks.
func (c Chunk) of(n int) team.Division { return team.Divide(n, c.Step, c.Unit) }

// each runs the n chunks of a loop on the workers. The loop lies in recycled
// memory, so that a call allocates nothing.
func each[T any, P interface {
	*T
	team.Task
}](env *Env, recycled *team.Recycler[T], loop *T, n int) {
	l := recycled.Get()
	*l = *loop
	env.Team.Do(n, P(l))
	var zero T
	*l = zero
	recycled.Put(l)
}

var (
	columnLoops  team.Recycler[columnLoop]
	rowLoops     team.Recycler[rowLoop]
	matrixLoops  team.Recycler[matrixLoop]
	packALoops   team.Recycler[packALoop]
	packedALoops team.Recycler[packedALoop]
	packBLoops   team.Recycler[packBLoop]
	packedBLoops team.Recycler[packedBLoop]
	pieceLoops   team.Recycler[pieceLoop]
	sumLoops     team.Recycler[sumLoop]
)

// columns runs chunks of columns by a method that does not share packed memory.
func (j *job) columns() {
	j.startPrefetch()
	d := j.plan.Chunk.of(j.N)
	each(j.env, &columnLoops, &columnLoop{*j, d}, d.Count)
	j.endPrefetch()
}

type columnLoop struct {
	job
	chunks team.Division
}

func (l *columnLoop) Chunk(i int) {
	j0, j1 := l.chunks.Bounds(i)
	l.part(l.plan.Inner, j0, j1)
}

type rowLoop struct {
	job
	chunks team.Division
}

func (l *rowLoop) Chunk(i int) {
	i0, i1 := l.chunks.Bounds(i)
	l.inPlace(l.plan.Inner, i0, i1)
}

// inPlaceChunks is the row loop by one worker. The chunks are the same, since the
// order of sums depends on their tiles; but all before the last are whole tiles, for
// which the wide kernel takes two at a time.
func (x *Product) inPlaceChunks(plan *Plan) {
	d, i0 := plan.Chunk.of(x.M), 0
	for i := range d.Count {
		if _, i1 := d.Bounds(i); !plan.Wide || i >= d.Count-2 {
			x.inPlace(plan.Inner, i0, i1)
			i0 = i1
		}
	}
}

// matrixLoop multiplies some matrices of a batch, each by one worker.
type matrixLoop struct {
	job
	chunks team.Division
}

func (l *matrixLoop) Chunk(i int) {
	lo, hi := l.chunks.Bounds(i)
	one := l.job
	for i := lo; i < hi; i++ {
		one.matrices(&l.Product, i)
		one.serial(one.plan.Inner)
	}
}

// serial computes the product by one worker.
func (j *job) serial(in Inner) {
	if in.Method != Packed {
		j.part(in, 0, j.N)
		return
	}
	for i := 0; i < j.M; i += blockM {
		s := sweep{job: j, size: in.Block, i0: i, i1: min(j.M, i+blockM), j1: j.N, p1: j.K}
		s.run()
	}
}

// part computes columns [j0, j1) without packing both operands.
func (j *job) part(in Inner, j0, j1 int) {
	if in.Method == Transposed {
		j.transposed(in.Block, j0, j1)
		return
	}
	j.direct(in, j0, j1)
}

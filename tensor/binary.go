package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// binary computes op element by element on operands broadcast to each other.
// Callers record the derivative.
func (a *Tensor) binary(op backend.BinaryOp, c *Tensor) *Tensor {
	tape, be := common(op.String(), a, c)
	if a.view.SameShape(&c.view) {
		av, cv := a.view, c.view
		y, to := allocAs(tape, be, a.view.Dims(), &av, &cv)
		be.Binary(op, to, av, cv, none)
		return y
	}
	sizes, rank := broadcast(op.String(), &a.view, &c.view)
	shape := sizes[:rank]
	av, _ := expanded(a.view, shape)
	cv, _ := expanded(c.view, shape)
	y, to := allocAs(tape, be, shape, &av, &cv)
	be.Binary(op, to, av, cv, none)
	return y
}

// broadcast is the shape that two shapes, aligned at their last axes, both
// expand to: sizes must be equal or 1.
func broadcast(op string, a, c *backend.View) (sizes [backend.MaxRank]int, rank int) {
	rank = max(a.Rank, c.Rank)
	for i := 1; i <= rank; i++ {
		da, dc := 1, 1
		if i <= a.Rank {
			da = a.Shape[a.Rank-i]
		}
		if i <= c.Rank {
			dc = c.Shape[c.Rank-i]
		}
		switch {
		case da == 1:
			da = dc
		case dc != 1 && dc != da:
			Fail(op, fmt.Sprintf("shapes must be equal or 1 along each axis to broadcast with %v", shapeOf(a)), "%v", shapeOf(c))
		}
		sizes[rank-i] = da
	}
	return sizes, rank
}

// Add is a + c, broadcasting.
func (a *Tensor) Add(c *Tensor) *Tensor {
	y := a.binary(backend.Add, c)
	if y.tape.records() {
		y.tape.record("add", y, func(b *Backprop, g *Tensor) { b.Add(0, g); b.Add(1, g) }, a, c)
	}
	return y
}

// Sub is a − c, broadcasting.
func (a *Tensor) Sub(c *Tensor) *Tensor {
	y := a.binary(backend.Sub, c)
	if y.tape.records() {
		y.tape.record("sub", y, func(b *Backprop, g *Tensor) {
			b.Add(0, g)
			if b.Needs(1) {
				b.Add(1, g.Neg())
			}
		}, a, c)
	}
	return y
}

// Mul is a·c, element by element, broadcasting.
func (a *Tensor) Mul(c *Tensor) *Tensor {
	y := a.binary(backend.Mul, c)
	if y.tape.records() {
		y.tape.record("mul", y, func(b *Backprop, g *Tensor) {
			if b.Needs(0) {
				b.Add(0, g.Mul(c))
			}
			if b.Needs(1) {
				b.Add(1, g.Mul(a))
			}
		}, a, c)
	}
	return y
}

// Div is a/c, broadcasting.
func (a *Tensor) Div(c *Tensor) *Tensor {
	y := a.binary(backend.Div, c)
	if y.tape.records() {
		y.tape.record("div", y, func(b *Backprop, g *Tensor) {
			q := g.Div(c)
			b.Add(0, q)
			if b.Needs(1) {
				b.Add(1, q.Mul(y).Neg())
			}
		}, a, c)
	}
	return y
}

// Pow is a to the power c, broadcasting. Where a is 0 the gradient with respect
// to c is taken as 0.
func (a *Tensor) Pow(c *Tensor) *Tensor {
	y := a.binary(backend.Pow, c)
	if y.tape.records() {
		y.tape.record("pow", y, func(b *Backprop, g *Tensor) {
			if b.Needs(0) {
				b.Add(0, g.Mul(c).Mul(a.Pow(c.SubScalar(1))))
			}
			if b.Needs(1) {
				zero := a.Const(0)
				b.Add(1, g.Mul(y).Mul(Where(a.Equal(zero), zero, Where(a.Equal(zero), a.Const(1), a).Log())))
			}
		}, a, c)
	}
	return y
}

// Maximum is the larger of a and c, broadcasting; NaN propagates. Where they
// are equal each gets half the gradient.
func (a *Tensor) Maximum(c *Tensor) *Tensor { return a.extreme(backend.Maximum, backend.Greater, c) }

// Minimum is the smaller of a and c, broadcasting; NaN propagates. Where they
// are equal each gets half the gradient.
func (a *Tensor) Minimum(c *Tensor) *Tensor { return a.extreme(backend.Minimum, backend.Less, c) }

func (a *Tensor) extreme(op, wins backend.BinaryOp, c *Tensor) *Tensor {
	y := a.binary(op, c)
	if y.tape.records() {
		y.tape.record(op.String(), y, func(b *Backprop, g *Tensor) {
			half := a.binary(backend.Equal, c).MulScalar(0.5)
			if b.Needs(0) {
				b.Add(0, g.Mul(a.binary(wins, c).Add(half)))
			}
			if b.Needs(1) {
				b.Add(1, g.Mul(c.binary(wins, a).Add(half)))
			}
		}, a, c)
	}
	return y
}

// Equal is 1 where a = c, else 0. No gradient flows through comparisons.
func (a *Tensor) Equal(c *Tensor) *Tensor { return a.binary(backend.Equal, c) }

// NotEqual is 1 where a ≠ c, else 0.
func (a *Tensor) NotEqual(c *Tensor) *Tensor { return a.binary(backend.NotEqual, c) }

// Less is 1 where a < c, else 0.
func (a *Tensor) Less(c *Tensor) *Tensor { return a.binary(backend.Less, c) }

// LessEqual is 1 where a ≤ c, else 0.
func (a *Tensor) LessEqual(c *Tensor) *Tensor { return a.binary(backend.LessEqual, c) }

// Greater is 1 where a > c, else 0.
func (a *Tensor) Greater(c *Tensor) *Tensor { return a.binary(backend.Greater, c) }

// GreaterEqual is 1 where a ≥ c, else 0.
func (a *Tensor) GreaterEqual(c *Tensor) *Tensor { return a.binary(backend.GreaterEqual, c) }

// Where takes a where cond ≠ 0, else c; all three broadcast to each other. No
// gradient flows to cond.
func Where(cond, a, c *Tensor) *Tensor {
	tape, be := common("where", cond, a, c)
	sizes, rank := broadcast("where", &a.view, &c.view)
	outer := backend.View{Rank: rank, Shape: sizes}
	sizes, rank = broadcast("where", &cond.view, &outer)
	shape := sizes[:rank]
	mv, _ := expanded(cond.view, shape)
	av, _ := expanded(a.view, shape)
	cv, _ := expanded(c.view, shape)
	y, to := allocAs(tape, be, shape, &av, &cv, &mv)
	be.Where(to, mv, av, cv)
	if tape.records() {
		tape.record("where", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("cond", cond)
				return
			}
			zero := g.Const(0)
			if b.Needs(0) {
				b.Add(0, Where(cond, g, zero))
			}
			if b.Needs(1) {
				b.Add(1, Where(cond, zero, g))
			}
		}, a, c).says()
	}
	return y
}

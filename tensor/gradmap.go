package tensor

import (
	"math"

	"github.com/org/artnn/backend"
)

// gradMap is one of the backend's …Grad maps: the gradient g times a derivative
// that depends on x. These maps are operations like any other, with derivatives
// of their own, so that activations can be differentiated twice.
func (g *Tensor) gradMap(op backend.BinaryOp, x *Tensor, p backend.Params) *Tensor {
	tape, be := common(op.String(), g, x)
	gv, xv := g.view, x.view
	y, to := allocAs(tape, be, x.view.Dims(), &xv, &gv)
	be.Binary(op, to, gv, xv, p)
	if tape.records() {
		tape.record(op.String(), y, func(b *Backprop, gg *Tensor) {
			if b.asked() {
				if op == backend.LeakyReLUGrad {
					b.say("slope", p[0])
				}
				return
			}
			if b.Needs(0) {
				b.Add(0, gg.gradMap(op, x, p)) // the map is linear in g
			}
			if b.Needs(1) {
				if d := secondDerivative(op, x); d != nil {
					b.Add(1, gg.Mul(g).Mul(d))
				}
			}
		}, g, x).says()
	}
	return y
}

// secondDerivative is the derivative of the …Grad map's factor with respect to
// its second operand, nil if it is 0 almost everywhere.
func secondDerivative(op backend.BinaryOp, x *Tensor) *Tensor {
	switch op {
	case backend.TanhGrad: // 1 − x²
		return x.MulScalar(-2)
	case backend.SigmoidGrad: // x·(1 − x)
		return x.MulScalar(-2).AddScalar(1)
	case backend.GELUGrad: // Φ(x) + x·φ(x), and φ′ = −x·φ
		sq := x.Square()
		density := sq.MulScalar(-0.5).Exp().MulScalar(1 / math.Sqrt(2*math.Pi))
		return density.Mul(sq.RSubScalar(2))
	case backend.GELUTanhGrad: // s·(1 + x·t′·(1 − s)), s = sigmoid t and s′ = s·(1 − s)·t′
		c := 2 * math.Sqrt(2/math.Pi)
		sq := x.Square()
		slope := sq.MulScalar(3 * 0.044715 * c).AddScalar(c)
		s := sq.MulScalar(0.044715 * c).AddScalar(c).Mul(x).Sigmoid()
		more := sq.MulScalar(12 * 0.044715 * c).AddScalar(2 * c) // 2t′ + x·t″
		rest := s.RSubScalar(1)
		return s.Mul(rest).Mul(more.Add(slope.Square().Mul(x).Mul(rest.Sub(s))))
	case backend.SiLUGrad: // s·(1 + x·(1 − s)), and s′ = s·(1 − s)
		s := x.Sigmoid()
		slope := s.Mul(s.RSubScalar(1))
		return slope.Mul(x.Mul(s.MulScalar(-2).AddScalar(1)).AddScalar(2))
	}
	return nil
}

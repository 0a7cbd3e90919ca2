package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func crossEntropyChecks() []check {
	return []check{optional("optional/cross_entropy", (*suite).crossEntropy)}
}

// crossEntropyTruth is the loss and log-sum-exp of one row and their slack in ε.
func crossEntropyTruth(x []float64, target int, smoothing float64) (loss, lse, slack float64) {
	largest := math.Inf(-1)
	for _, v := range x {
		largest = max(largest, v)
	}
	sum, mean, size := 0.0, 0.0, 0.0
	for _, v := range x {
		sum += math.Exp(v - largest)
		mean += v / float64(len(x))
		size += math.Abs(v) / float64(len(x))
	}
	lse = largest + math.Log(sum)
	loss = lse - (1-smoothing)*x[target] - smoothing*mean
	slack = 4 + 2*math.Abs(largest) + math.Log(sum) + 2*math.Abs(x[target]) + smoothing*size
	return loss, lse, slack * sumFactor(len(x))
}

// crossEntropyGradTruth is the gradient of one row, given its log-sum-exp.
func crossEntropyGradTruth(x []float64, target int, g, lse, smoothing float64) (dx, slack []float64) {
	dx, slack = make([]float64, len(x)), make([]float64, len(x))
	for c, v := range x {
		p, q := math.Exp(v-lse), smoothing/float64(len(x))
		if c == target {
			q += 1 - smoothing
		}
		dx[c] = g * (p - q)
		slack[c] = math.Abs(g) * (p*(8+math.Abs(v-lse)) + 4*q)
	}
	return dx, slack
}

func (s *suite) crossEntropy(k backend.CrossEntropyKernel) {
	for _, size := range thin([][2]int{{0, 3}, {1, 1}, {1, 2}, {5, 3}, {7, 8}, {7, 17}, {33, 65}, {3, 1000}, {2, 5000}, {100, 129}}) {
		for _, l := range []layout{contiguous, padded} {
			for _, smoothing := range []float64{0, 0.125} {
				for _, scale := range []float64{1, 30} {
					for _, ignore := range []int32{-100, 0} {
						s.crossEntropyCase(k, entropyCase{l, size[0], size[1], smoothing, scale, ignore})
					}
				}
			}
		}
	}
}

// entropyCase is logits and what is asked of them.
type entropyCase struct {
	l             layout // of the logits
	rows, classes int
	smoothing     float64
	scale         float64 // standard deviation of the logits
	ignore        int32
}

func (s *suite) crossEntropyCase(k backend.CrossEntropyKernel, e entropyCase) {
	defer s.done()
	rows, classes, smoothing, ignore := e.rows, e.classes, e.smoothing, e.ignore
	targets := make([]int32, rows)
	for i := range targets {
		if targets[i] = int32(s.rng.IntN(classes)); s.rng.IntN(4) == 0 {
			targets[i] = ignore
		}
	}
	ignored := func(row int) bool { return targets[row] == ignore }
	logits := s.input(e.l, []int{rows, classes}, func(i int) float64 {
		if ignored(i/classes) && smoothing == 0 {
			return math.NaN() // what is ignored may be anything
		}
		return e.scale * s.rng.NormFloat64()
	})
	what := fmt.Sprintf("cross-entropy of %v, smoothing %g, ignoring %d", logits.be, smoothing, ignore)
	loss, lse := s.output(contiguous, []int{rows}), s.output(contiguous, []int{rows})
	if !s.took(what, k.CrossEntropy(loss.be, lse.be, logits.be, targets, smoothing, ignore), loss, lse) {
		return
	}
	x := logits.elements()
	losses, sums, slack := make([]float64, rows), s.got(lse), make([]float64, rows)
	for i, t := range targets {
		if !ignored(i) { // the log-sum-exp of an ignored row is nobody's concern
			losses[i], sums[i], slack[i] = crossEntropyTruth(x[i*classes:(i+1)*classes], int(t), smoothing)
		}
	}
	s.verifyTruth(what, s.scaled(slack), loss, losses)
	s.verifyTruth(what+": log-sum-exp", s.scaled(slack), lse, sums)
	s.intact(what, logits)

	for _, lg := range []layout{contiguous, broadcastAll} { // broadcast: the mean of losses
		g, old := s.input(lg, []int{rows}, s.normals()), s.input(contiguous, []int{rows}, listed(append(sums, 0)))
		dst := s.output(contiguous, []int{rows, classes})
		what := fmt.Sprintf("gradient (%v) of %s", lg, what)
		args := backend.CrossEntropyGradArgs{
			DX: dst.be, DLoss: g.be, LSE: old.be, Logits: logits.be, Targets: targets, Smoothing: smoothing, Ignore: ignore,
		}
		if !s.took(what, k.CrossEntropyGrad(args), dst) {
			continue
		}
		gs, rounded := g.elements(), old.elements()
		want, slack := make([]float64, rows*classes), make([]float64, rows*classes)
		for i, t := range targets {
			if from, to := i*classes, (i+1)*classes; !ignored(i) {
				dx, off := crossEntropyGradTruth(x[from:to], int(t), gs[i], rounded[i], smoothing)
				copy(want[from:to], dx)
				copy(slack[from:to], off)
			}
		}
		s.verifyTruth(what, s.scaled(slack), dst, want)
		s.intact(what, g, old, logits)
	}
}

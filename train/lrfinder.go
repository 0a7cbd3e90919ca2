package train

import (
	"context"
	"errors"
	"math"
)

// LRRange says which learning rates [Trainer.FindLR] tries.
type LRRange struct {
	From  float64 // first rate; default 1e-6
	To    float64 // last rate; default 1
	Steps int     // steps on the way; default 100
}

// LRCurve is how the loss went with the rate.
type LRCurve struct {
	Rates  []float64
	Losses []float64 // smoothed
	// Suggestion is the rate at which the loss fell fastest; 0 if it never fell.
	Suggestion float64
	// Lowest is the rate at which the loss was lowest; 0 if there are no losses.
	Lowest float64
}

const (
	lrSmoothing = 0.9 // of the loss, from step to step
	lrDiverged  = 4   // times the lowest loss: further on there is nothing to see
)

// FindLR takes steps at learning rates that grow evenly from factor to factor,
// and finds those at which the first metric of a step falls fastest and is lowest. It ends
// early where the loss explodes. Afterwards models, rates and data stand where
// they stood.
//
// Errors: a range that makes no sense; what a step returned.
//
// Reference: Smith, "Cyclical Learning Rates for Training Neural Networks",
// 2015; the choice of the steepest place is fastai's.
func (t *Trainer[B]) FindLR(ctx context.Context, r LRRange) (LRCurve, error) {
	if r.From == 0 {
		r.From = 1e-6
	}
	if r.To == 0 {
		r.To = 1
	}
	if r.Steps == 0 {
		r.Steps = 100
	}
	if !(r.From > 0 && r.To > r.From && r.To <= math.MaxFloat64) || r.Steps < 2 {
		return LRCurve{}, errors.New("train: learning rates must be positive and grow, over at least 2 steps")
	}
	var c LRCurve
	err := t.trial(func() error {
		next, stop := t.batches()
		defer stop()
		average, lowest := 0.0, math.Inf(1)
		for i := range r.Steps {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			rate := r.From * math.Pow(r.To/r.From, float64(i)/float64(r.Steps-1))
			t.setLR(rate)
			loss, err := t.tryStep(ctx, next(), i)
			var diverged *NonFiniteError
			switch {
			case errors.As(err, &diverged):
				return nil
			case err != nil:
				return err
			}
			average = lrSmoothing*average + (1-lrSmoothing)*loss
			smooth := average / (1 - math.Pow(lrSmoothing, float64(i+1)))
			if i > r.Steps/10 && smooth > lrDiverged*lowest {
				return nil
			}
			lowest = min(lowest, smooth)
			c.Rates, c.Losses = append(c.Rates, rate), append(c.Losses, smooth)
		}
		return nil
	})
	c.suggest()
	return c, err
}

// suggest finds the lowest loss, and the steepest fall over the logarithm of the rate, as the slope of
// a line through a few neighbours: single differences are noise.
func (c *LRCurve) suggest() {
	reach := max(2, len(c.Losses)/30)
	steepest, lowest := 0.0, math.Inf(1)
	for i, loss := range c.Losses {
		if loss < lowest {
			lowest, c.Lowest = loss, c.Rates[i]
		}
	}
	for i := reach; i+reach < len(c.Losses); i++ {
		slope := 0.0
		for k := -reach; k <= reach; k++ {
			slope += float64(k) * c.Losses[i+k]
		}
		if slope < steepest {
			steepest, c.Suggestion = slope, c.Rates[i]
		}
	}
}

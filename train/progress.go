package train

import "fmt"

// progress watches the monitored metric.
type progress struct {
	monitor  string
	maximize bool
	stop     EarlyStop

	last float64 // the newest value
	best *Best   // of this run and those it resumes
	bad  int     // validations since the best
}

// observe takes a validation in. A metric that is not finite is no progress.
func (p *progress) observe(step int, metrics Metrics) error {
	if len(metrics) == 0 {
		return nil
	}
	name := p.monitor
	if name == "" {
		name = metrics[0].Name
	}
	value, ok := metrics.Get(name)
	if !ok {
		return fmt.Errorf("train: the validation returned no %q to monitor", name)
	}
	p.last = value
	if p.better(value) {
		p.best, p.bad = &Best{Step: step, Metric: name, Value: value}, 0
	} else {
		p.bad++
	}
	return nil
}

func (p *progress) better(value float64) bool {
	switch {
	case !isFinite(value):
		return false
	case p.best == nil:
		return true
	case p.maximize:
		return value > p.best.Value+p.stop.MinDelta
	}
	return value < p.best.Value-p.stop.MinDelta
}

func (p *progress) stopped() bool { return p.stop.Patience > 0 && p.bad > p.stop.Patience }

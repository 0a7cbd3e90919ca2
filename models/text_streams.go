package models

import "github.com/org/artnn/loss"

const (
	// evaluateSteps is how many steps of its streams an LSTM takes at a time, to bound
	// memory.
	evaluateSteps = 64
	// evaluateTokens is how many tokens a GPT takes at a time, to bound memory.
	evaluateTokens = 2048
	// warmUp is how many tokens before its own a stream reads without counting them.
	// After as many, the models that were tried (of a novel and of poems) stood where
	// reading all of the text would have brought them, up to the rounding of float32.
	warmUp = 256
	// fewestCounted is how many tokens of its own a stream has at least, so that warming
	// up is not most of the work.
	fewestCounted = 64
)

// streamPlan is how a text is read as several streams. Stream s reads from target
// s·own; of its first warm targets only those of the first stream count. So each
// target counts once, and all streams are of one length.
type streamPlan struct {
	targets, streams, warm, own int
}

// planStreams is for a model that remembers all: as many streams as asked for, fewer if
// the text is short.
func planStreams(targets, most int) streamPlan {
	p := streamPlan{targets: targets, streams: 1, own: targets}
	if n := min(most, (targets-warmUp)/fewestCounted); n > 1 {
		p.streams, p.warm = n, warmUp
		p.own = (targets - warmUp + n - 1) / n
	}
	return p
}

// planWindows is for a model that looks back on a context: streams are as long as it, and
// half of each counts.
func planWindows(targets, context int) streamPlan {
	p := streamPlan{targets: targets, streams: 1, own: targets}
	if targets > context {
		p.own = context / 2
		p.warm = context - p.own
		p.streams = (targets - p.warm + p.own - 1) / p.own
	}
	return p
}

// length is the number of steps of each stream.
func (p streamPlan) length() int { return p.warm + p.own }

// batch is some steps of the streams [lo, hi), with targets that do not count marked.
// Past the end of the text, nothing counts.
func (p streamPlan) batch(tokens []int32, lo, hi, at, steps int) (inputs, targets []int32) {
	n := (hi - lo) * steps
	inputs, targets = make([]int32, n), make([]int32, n)
	for s := lo; s < hi; s++ {
		for i := range steps {
			from, k := s*p.own+at+i, (s-lo)*steps+i
			if from < p.targets {
				inputs[k] = tokens[from]
			}
			targets[k] = loss.DefaultIgnoreIndex
			if from < p.targets && (s == 0 || at+i >= p.warm) {
				targets[k] = tokens[from+1]
			}
		}
	}
	return inputs, targets
}

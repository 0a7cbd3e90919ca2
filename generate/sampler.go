package generate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// Sampler picks tokens from logits. It serves one text at a time.
type Sampler struct {
	temperature, topP float64
	topK              int

	special []int32 // tokens never picked
	stream  backend.Stream
	weights []float32   // scratch: of every token, its probability times a common factor
	best    []candidate // scratch: the tokens to draw from, if not all
}

// NewSampler makes a sampler that never picks the special tokens.
//
// Errors: an option out of range.
func NewSampler(special []int32, options ...Option) (*Sampler, error) {
	s := &Sampler{temperature: 1, special: special}
	for _, o := range options {
		o(s)
	}
	switch {
	case s.topK < 0:
		return nil, fmt.Errorf("top-k: %d: must be positive, or 0 for all tokens", s.topK)
	case !(s.topP >= 0 && s.topP <= 1):
		return nil, fmt.Errorf("top-p: %g: must be in [0, 1]", s.topP)
	case !(s.temperature >= 0 && s.temperature <= math.MaxFloat64):
		return nil, fmt.Errorf("temperature: %g: must be finite and not negative", s.temperature)
	}
	return s, nil
}

type candidate struct {
	token  int32
	weight float32
}

// before reports whether a is likelier than b. Of equals the lower token is.
func (a candidate) before(b candidate) bool {
	return a.weight > b.weight || a.weight == b.weight && a.token < b.token
}

// ErrDiverged is the error of logits that are not finite.
var ErrDiverged = errors.New("the model's output is not finite: its training has diverged")

var errAllSpecial = errors.New("every token of the tokenizer is special: there is none to generate")

// Pick picks a token. It overwrites logits.
//
// Shape: logits [vocabulary].
//
// Errors: logits that are not finite ([ErrDiverged]); only special tokens; one that
// has no logit.
func (s *Sampler) Pick(logits []float32) (int32, error) {
	if high, low := asm.Max(logits), asm.Min(logits); high-high != 0 || low-low != 0 {
		return 0, ErrDiverged
	}
	for _, token := range s.special {
		if uint(token) >= uint(len(logits)) {
			return 0, fmt.Errorf("the special token %d is not in [0, %d), those that logits are of", token, len(logits))
		}
		logits[token] = float32(math.Inf(-1))
	}
	top := asm.Max(logits)
	if math.IsInf(float64(top), -1) {
		return 0, errAllSpecial
	}
	if s.temperature == 0 {
		return int32(slices.Index(logits, top)), nil
	}
	sum := s.weigh(logits, top)
	var u [1]float64
	philox.Fill(u[:], backend.Uniform, backend.Params{0, 1}, s.stream)
	s.stream = philox.Advance(s.stream, 1)
	if s.topK == 0 && (s.topP == 0 || s.topP == 1) {
		return drawAll(u[0]*sum, s.weights), nil
	}
	sum = s.narrow(sum)
	return draw(u[0]*sum, s.best), nil
}

// weigh computes the weights exp((x − top)/temperature), and their sum, from
// logits, which it overwrites.
func (s *Sampler) weigh(logits []float32, top float32) float64 {
	if len(s.weights) != len(logits) {
		s.weights = make([]float32, len(logits))
	}
	if s.temperature != 1 {
		// In float32 a scale beyond these bounds acts as the bound does, and no
		// scale within them makes NaN of 0 or of an infinity.
		scale := max(0x1p-126, min(1/s.temperature, math.MaxFloat32))
		asm.AddScalar(logits, logits, -top)
		asm.MulScalar(logits, logits, float32(scale))
		top = 0
	}
	return float64(asm.SumExp(s.weights, logits, top))
}

// drawAll is the first token at which the running sum of weights exceeds u.
func drawAll(u float64, weights []float32) int32 {
	last := 0
	for i, w := range weights {
		if w == 0 {
			continue
		}
		last = i
		if u -= float64(w); u < 0 {
			break
		}
	}
	return int32(last)
}

// draw is drawAll among some tokens.
func draw(u float64, from []candidate) int32 {
	for _, c := range from {
		if u -= float64(c.weight); u < 0 {
			return c.token
		}
	}
	return from[len(from)-1].token
}

// narrow puts the tokens that TopK and TopP leave into best, and returns the
// sum of their weights.
func (s *Sampler) narrow(sum float64) float64 {
	s.best = s.best[:0]
	if s.topK > 0 && s.topK < len(s.weights) {
		s.likeliest(s.topK)
		sum = weightOf(s.best)
	} else {
		// What lies below least has together less than 1−p.
		least := (1 - cmp.Or(s.topP, 1)) * sum / float64(len(s.weights))
		for i, w := range s.weights {
			if w > 0 && float64(w) >= least {
				s.best = append(s.best, candidate{int32(i), w})
			}
		}
	}
	if s.topP > 0 && s.topP < 1 {
		s.best = s.best[:split(s.best, s.topP*sum, func(c candidate) float64 { return float64(c.weight) })]
		sum = weightOf(s.best)
	}
	return sum
}

// likeliest puts the k likeliest tokens into best.
func (s *Sampler) likeliest(k int) {
	count := func(candidate) float64 { return 1 }
	least := float32(0) // what comes later must be likelier
	for i, w := range s.weights {
		if w <= least {
			continue
		}
		if s.best = append(s.best, candidate{int32(i), w}); len(s.best) == 2*k {
			s.best = s.best[:split(s.best, float64(k), count)]
			least = s.best[0].weight
			for _, c := range s.best {
				least = min(least, c.weight)
			}
		}
	}
	s.best = s.best[:split(s.best, float64(k), count)]
}

func weightOf(list []candidate) (sum float64) {
	for _, c := range list {
		sum += float64(c.weight)
	}
	return sum
}

// split moves the likeliest of a list to its front, as few as have together at
// least the size enough, and returns how many they are. It takes linear time, as
// quickselect does.
func split(list []candidate, enough float64, size func(candidate) float64) int {
	low, high := 0, len(list) // the place of the cut lies in (low, high]
	for high-low > 1 {
		// Between low and middle comes what is likelier than the pivot, and it.
		pivot := median(list[low], list[(low+high)/2], list[high-1])
		middle, within := low, 0.0
		for i := low; i < high; i++ {
			if c := list[i]; !pivot.before(c) {
				list[i], list[middle] = list[middle], c
				middle++
				within += size(c)
			}
		}
		switch {
		case within < enough && middle < high:
			enough -= within
			low = middle
		case middle < high:
			high = middle
		default: // the pivot is the last: cut it off
			last := slices.Index(list[low:high], pivot) + low
			list[last], list[high-1] = list[high-1], pivot
			if within-size(pivot) < enough {
				return high
			}
			high--
		}
	}
	return high
}

// median is the middle one of three.
func median(a, b, c candidate) candidate {
	if b.before(a) {
		a, b = b, a
	}
	if c.before(a) {
		return a
	}
	if c.before(b) {
		return c
	}
	return b
}

package generate

import (
	"cmp"
	"math"
	"slices"
)

type candidate struct {
	token  int32
	weight float32
}

// before reports whether a is likelier than b. Of equals the lower token is.
func (a candidate) before(b candidate) bool {
	return a.weight > b.weight || a.weight == b.weight && a.token < b.token
}

// narrow puts the tokens that TopK, TopP and MinP leave into best, and returns the
// sum of their weights. The likeliest token has weight 1.
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
	if s.minP > 0 {
		s.best = slices.DeleteFunc(s.best, func(c candidate) bool { return float64(c.weight) < s.minP })
		sum = weightOf(s.best)
	}
	return sum
}

// likeliest puts the k likeliest tokens into best, and those as likely as the last
// of them.
func (s *Sampler) likeliest(k int) {
	least := s.weightAt(k)
	s.best = s.best[:0]
	for i, w := range s.weights {
		if w > 0 && w >= least {
			s.best = append(s.best, candidate{int32(i), w})
		}
	}
}

// weightAt is the k-th largest weight.
func (s *Sampler) weightAt(k int) float32 {
	count := func(candidate) float64 { return 1 }
	least := float32(0) // what comes later must be likelier
	lowest := func() (low float32) {
		s.best = s.best[:split(s.best, float64(k), count)]
		low = math.MaxFloat32
		for _, c := range s.best {
			low = min(low, c.weight)
		}
		return low
	}
	for i, w := range s.weights {
		if w <= least {
			continue
		}
		if s.best = append(s.best, candidate{int32(i), w}); len(s.best) == 2*k {
			least = lowest()
		}
	}
	if len(s.best) < k { // fewer have any weight
		return 0
	}
	return lowest()
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

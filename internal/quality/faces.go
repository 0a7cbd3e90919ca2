package quality

import (
	"math"
	"slices"
)

// Faces says how pictures of faces relate to those learned from. Distances are
// root mean squares over the numbers of a picture, which lie in [−1, 1].
type Faces struct {
	Nearest Quartiles // distances of each to the nearest one learned from
	Apart   float64   // mean distance of two of them
	Off     float64   // mean distance of a pixel's colour to the nearest common one learned from
}

// Quartiles are the least of some numbers, the one a quarter of them do not
// reach, and the middle one.
type Quartiles struct{ Least, Quarter, Median float64 }

// MeasureFaces compares pictures with those learned from. A picture that is
// itself among them is compared with the others.
//
// Shape: each [3, height, width], of equal sizes.
func MeasureFaces(pictures, learned [][]float32) Faces {
	var m Faces
	nearest := make([]float64, len(pictures))
	for i, p := range pictures {
		nearest[i] = math.Inf(1)
		for _, l := range learned {
			if &p[0] != &l[0] {
				nearest[i] = min(nearest[i], distance(p, l))
			}
		}
	}
	slices.Sort(nearest)
	m.Nearest = Quartiles{nearest[0], nearest[len(nearest)/4], nearest[len(nearest)/2]}
	pairs := 0
	for i, p := range pictures {
		for _, q := range pictures[i+1:] {
			m.Apart += distance(p, q)
			pairs++
		}
	}
	m.Apart /= float64(max(1, pairs))
	m.Off = off(pictures, common(learned))
	return m
}

func distance(a, b []float32) float64 {
	sum := 0.0
	for i, x := range a {
		d := float64(x - b[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(a)))
}

type colour [3]float32

// colours counts a picture's colours.
func colours(picture []float32, yield func(colour)) {
	n := len(picture) / 3
	for i := range n {
		yield(colour{picture[i], picture[n+i], picture[2*n+i]})
	}
}

// commonShare is the share of all pixels that a common colour has at least: the
// others come from single accessories.
const commonShare = 0.0005

// common are the colours that make up most pictures.
func common(pictures [][]float32) (list []colour) {
	counts, total := map[colour]int{}, 0
	for _, p := range pictures {
		colours(p, func(c colour) { counts[c]++; total++ })
	}
	for c, n := range counts {
		if float64(n) >= commonShare*float64(total) {
			list = append(list, c)
		}
	}
	return list
}

// off is the mean distance of pixels to the nearest colour of a list.
func off(pictures [][]float32, list []colour) float64 {
	sum, n := 0.0, 0
	for _, p := range pictures {
		colours(p, func(c colour) {
			best := math.Inf(1)
			for _, l := range list {
				best = min(best, distance(c[:], l[:]))
			}
			sum += best
			n++
		})
	}
	return sum / float64(max(1, n))
}

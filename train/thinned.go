package train

import (
	"fmt"
	"math"

	"github.com/org/artnn/internal/words"
)

// thinned tells which points of a growing curve are kept: one in Every, all that
// came since the last thinning, the last, and extremes. The zero value has seen
// none.
type thinned struct {
	Seen  int   // points so far
	Every int   // which of the older are kept, a power of two; 0 is 1
	Kept  []int // the number of each point that is kept, from 0
}

// mostExtremes bounds the metrics whose extremes are kept.
const mostExtremes = 8

// add appends a point to those kept, and thins them when there are limit.
func (t *thinned) add(points []Point, p Point, limit int) []Point {
	for len(t.Kept) < len(points) { // of a checkpoint before there was thinning
		t.Kept = append(t.Kept, t.Seen)
		t.Seen++
	}
	points, t.Kept = append(points, p), append(t.Kept, t.Seen)
	t.Seen++
	t.Every = max(1, t.Every)
	if len(points) < limit {
		return points
	}
	points = t.thin(points)
	for len(points) > limit/2 && t.Every <= t.Seen {
		t.Every *= 2
		points = t.thin(points)
	}
	return points
}

// thin leaves one in Every, the last and the extremes.
func (t *thinned) thin(points []Point) []Point {
	stay := extremes(points)
	stay[len(points)-1] = true
	n := 0
	for i, p := range points {
		if t.Kept[i]%t.Every == 0 || stay[i] {
			points[n], t.Kept[n] = p, t.Kept[i]
			n++
		}
	}
	clear(points[n:])
	t.Kept = t.Kept[:n]
	return points[:n]
}

// extremes are the points at which a metric is lowest or highest, the first of
// them if there are several.
func extremes(points []Point) map[int]bool {
	found := map[int]bool{}
	for k := range min(mostExtremes, len(points[0].Values)) {
		low, high := -1, -1
		for i, p := range points {
			switch v := p.Values[k]; {
			case math.IsNaN(v) || math.IsInf(v, 0):
			case low < 0:
				low, high = i, i
			case v < points[low].Values[k]:
				low = i
			case v > points[high].Values[k]:
				high = i
			}
		}
		if low >= 0 {
			found[low], found[high] = true, true
		}
	}
	return found
}

// check returns an error unless these may be the numbers of so many points.
func (t *thinned) check(points int) error {
	bad := t.Every < 0 || t.Seen < 0 || len(t.Kept) > points
	for i, n := range t.Kept {
		bad = bad || n < 0 || n >= t.Seen || i > 0 && n <= t.Kept[i-1]
	}
	if bad || len(t.Kept) > 0 && len(t.Kept) != points {
		return fmt.Errorf("history: %s of %s do not fit %s", words.Count(len(t.Kept), "number"), words.Count(t.Seen, "validation"), words.Count(points, "point"))
	}
	return nil
}

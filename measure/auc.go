package measure

import (
	"math"
	"slices"
)

// AUC is the share of pairs of a number of each kind in which that of above is the
// larger; of equal ones half count. It is the area under the receiver operating
// characteristic: 1 if a threshold tells both kinds apart, ½ if nothing does. It is NaN if
// a number is.
//
// Panics if a slice is empty.
//
// Reference: Hanley and McNeil, "The Meaning and Use of the Area under a Receiver
// Operating Characteristic (ROC) Curve", 1982.
func AUC(above, below []float32) float64 {
	if len(above) == 0 || len(below) == 0 {
		panic("measure: AUC of no numbers")
	}
	isNaN := func(v float32) bool { return v != v }
	if slices.ContainsFunc(above, isNaN) || slices.ContainsFunc(below, isNaN) {
		return math.NaN()
	}
	low := slices.Sorted(slices.Values(below))
	wins := 0.0
	for _, v := range above {
		less, _ := slices.BinarySearch(low, v)
		notMore, _ := slices.BinarySearchFunc(low, v, func(x, v float32) int {
			if x <= v {
				return -1
			}
			return 1
		})
		wins += float64(less) + float64(notMore-less)/2
	}
	return wins / float64(len(above)) / float64(len(below))
}

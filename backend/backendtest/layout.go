package backendtest

import (
	"slices"

	"github.com/org/artnn/backend"
)

// layout is an arrangement of the elements of a view in memory.
type layout uint8

const (
	contiguous     layout = iota
	padded                // rows with gaps between them
	stepped               // every second number, rows with gaps
	swapped               // the last two axes exchanged: a transpose
	channelsLast          // the second axis innermost, as in pictures by pixels
	reversed              // all axes in opposite order
	flipped               // every axis backwards
	broadcastFirst        // stride 0 along the first axis
	broadcastLast         // stride 0 along the last axis
	broadcastAll          // one number
	numLayouts
)

var layoutNames = [numLayouts]string{
	"contiguous", "padded", "stepped", "swapped", "channels last", "reversed", "flipped",
	"broadcast first", "broadcast last", "broadcast all",
}

func (l layout) String() string { return layoutNames[l] }

// distinct is the layout, or another one if elements share places in it.
func (l layout) distinct() layout {
	if l >= broadcastFirst {
		return padded
	}
	return l
}

var (
	inputLayouts = thin([]layout{contiguous, padded, stepped, reversed, flipped,
		broadcastFirst, broadcastLast, swapped, broadcastAll})
	// outputLayouts are those of destinations that may be strided.
	outputLayouts = thin([]layout{contiguous, padded, stepped, reversed, flipped, swapped})
)

const guard = 40 // numbers on both sides of a view: more than any tile overruns

// view places a shape in memory, at an offset that is seldom aligned. Its Buf
// is nil; size is how long a buffer it needs with guards on both sides.
func (l layout) view(shape []int, shift int) (v backend.View, size int) {
	v = backend.NewView(nil, shape...)
	order := make([]int, len(shape)) // of axes, outermost in memory first
	for k := range order {
		order[k] = k
	}
	last := len(shape) - 1
	switch {
	case l == reversed:
		slices.Reverse(order)
	case l == channelsLast && last > 1:
		order = append(append(order[:1:1], order[2:]...), 1)
	case l == swapped && last > 0:
		order[last-1], order[last] = last, last-1
	}
	stride, span := 1, 1
	if l == stepped {
		stride = 2
	}
	v.Offset = guard + shift
	for i := last; i >= 0; i-- {
		k := order[i]
		if l == broadcastAll || l == broadcastFirst && k == 0 || l == broadcastLast && k == last {
			v.Strides[k] = 0
			continue
		}
		v.Strides[k] = stride
		reach := max(shape[k]-1, 0) * stride
		span += reach
		stride *= max(shape[k], 1)
		if i == last && (l == padded || l == stepped) {
			stride += 3
		}
		if l == flipped {
			v.Strides[k] *= -1
			v.Offset += reach
		}
	}
	return v, guard + shift + span + guard
}

// positions lists where the elements of a view lie, in index order.
func positions(v backend.View) []int {
	at := make([]int, v.Size())
	if len(at) == 0 {
		return at
	}
	var index [backend.MaxRank]int
	pos := v.Offset
	for i := range at {
		at[i] = pos
		for k := v.Rank - 1; k >= 0; k-- {
			index[k]++
			pos += v.Strides[k]
			if index[k] < v.Shape[k] {
				break
			}
			pos -= index[k] * v.Strides[k]
			index[k] = 0
		}
	}
	return at
}

// shapes have every rank, empty and size-1 axes, and edges of lanes.
var shapes = thin([][]int{
	{}, {1}, {0}, {17}, {1, 1}, {3, 5}, {1, 9}, {9, 1}, {0, 4}, {4, 0}, {8, 16}, {7, 33},
	{2, 3, 4}, {1, 5, 1}, {3, 0, 2}, {5, 1, 17}, {2, 3, 1, 4}, {3, 2, 2, 9}, {2, 1, 3, 2, 5}, {2, 3, 2, 1, 2, 3},
})

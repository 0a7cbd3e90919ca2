package tensor

import "fmt"

// PadMode is what padding puts round pictures.
type PadMode uint8

const (
	PadZeros     PadMode = iota
	PadReflect           // the picture in a mirror through its outermost pixels
	PadReplicate         // the outermost pixels again
	PadCircular          // the opposite side of the picture
)

func (m PadMode) String() string {
	return [...]string{"zeros", "reflect", "replicate", "circular"}[m&3]
}

// Pad2d adds lines and pixels round pictures: at the top, the bottom, on the left and
// right.
//
// Shape: [N, C, H, W] → [N, C, H+top+bottom, W+left+right].
//
// Panics if a count is negative, or the pictures are too small: PadReflect takes fewer
// lines than there are, PadCircular at most as many.
func (x *Tensor) Pad2d(padding [4]int, mode PadMode) *Tensor {
	x.pictures("pad 2d")
	if mode == PadZeros {
		return x.Pad(2, padding[0], padding[1]).Pad(3, padding[2], padding[3])
	}
	lines := padPlaces(mode, x.view.Shape[2], padding[0], padding[1])
	across := padPlaces(mode, x.view.Shape[3], padding[2], padding[3])
	return x.takePixels(lines, across)
}

// pictures checks that x has the axes of pictures.
func (x *Tensor) pictures(op string) {
	x.check(op)
	if x.view.Rank != 4 {
		Fail(op, "needs inputs [batch, channels, height, width]", "%v", x.Shape())
	}
}

// takePixels makes pictures of pixels that are picked by line and by place in it.
func (x *Tensor) takePixels(lines, across []int) *Tensor {
	n, c, h, w := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], x.view.Shape[3]
	index := make([]int32, 0, n*len(lines)*len(across))
	for i := range n {
		for _, y := range lines {
			for _, x := range across {
				index = append(index, int32((i*h+y)*w+x))
			}
		}
	}
	rows := x.Permute(0, 2, 3, 1).Reshape(n*h*w, c).Take(index)
	return rows.Reshape(n, len(lines), len(across), c).Permute(0, 3, 1, 2)
}

// padPlaces is where each place of a padded axis of n comes from.
func padPlaces(mode PadMode, n, before, after int) []int {
	most := [...]int{PadReflect: n - 1, PadReplicate: before + after, PadCircular: n}[mode]
	if min(before, after) < 0 || max(before, after) > most || n == 0 {
		Fail("pad 2d", fmt.Sprintf("padding by %v adds between 0 and %d to %d", mode, max(0, most), n), "%d and %d", before, after)
	}
	places := make([]int, 0, before+n+after)
	for i := -before; i < n+after; i++ {
		p := i
		switch {
		case mode == PadReplicate:
			p = min(max(i, 0), n-1)
		case mode == PadCircular:
			p = (i + n) % n
		case i < 0:
			p = -i
		case i >= n:
			p = 2*n - 2 - i
		}
		places = append(places, p)
	}
	return places
}

//go:build !purego

package asm

func packTranspose(dst, src []float32, ld, rows, k, width int) {
	whole := k &^ 7
	if !useAVX2 || whole == 0 {
		packTransposeGeneric(dst, src, ld, rows, k, width)
		return
	}
	if width == MR {
		packTranspose8x6AVX2(&dst[0], &src[0], ld, rows, whole)
	} else {
		packTranspose8x16AVX2(&dst[0], &src[0], ld, min(rows, 8), whole)
		if rows > 8 {
			packTranspose8x16AVX2(&dst[8], &src[8*ld], ld, rows-8, whole)
		} else {
			clearRight(dst, whole)
		}
	}
	if whole < k {
		packTransposeGeneric(dst[whole*width:], src[whole:], ld, rows, k-whole, width)
	}
}

// clearRight zeroes the right half of a panel of width NR.
func clearRight(dst []float32, k int) {
	for p := range k {
		*(*[8]float32)(dst[p*NR+8:]) = [8]float32{}
	}
}

const (
	// prefetchRows is the distance in rows at which packCopy prefetches: as many
	// rows as GEMM packs of one panel before it goes on to the next.
	prefetchRows = 16
	// prefetchWidth is the longest row, in numbers, that it prefetches. Rows at
	// greater strides evict each other from the level 1 cache.
	prefetchWidth = 512
)

func packCopy(dst, src []float32, ld, cols, k, width int) {
	switch {
	case !useAVX2:
		packCopyGeneric(dst, src, ld, cols, k, width)
	case width == MR:
		packCopy6AVX2(&dst[0], &src[0], ld, cols, min(k-1, wholeRows(k, ld, cols, 8)), k)
	case cols < NR:
		packCopy16AVX2(&dst[0], &src[0], ld, cols, wholeRows(k, ld, cols, NR), k)
	default:
		packPanels(1, dst, 0, src, ld, k)
	}
}

func packPanels(panels int, dst []float32, ds int, src []float32, ld, k int) {
	if !useAVX2 {
		packEachPanel(panels, dst, ds, src, ld, k)
		return
	}
	distance := 0
	if ld <= prefetchWidth {
		distance = prefetchRows * ld
	}
	packWhole16AVX2(panels, &dst[0], ds, &src[0], ld, k, distance)
}

// wholeRows is how many of k rows of cols numbers, at stride ld, can be read to
// width numbers without reading beyond the end of the last row.
func wholeRows(k, ld, cols, width int) int {
	switch over := width - cols; {
	case over == 0:
		return k
	case ld >= over:
		return k - 1
	case ld == 0:
		return 0
	default:
		return max(0, k-(over+ld-1)/ld)
	}
}

package reference

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Take copies rows: dst[i, …] = x[index[i], …].
func (*Backend) Take(dst, x backend.View, index []int32) {
	out, in := separate("take", dst, x), source("take", x)
	rows, row, from := rowsOf("take", dst, x, index)
	n := row.Size()
	for i, r := range index {
		row.Offset = x.Offset + inside("take", r, rows)*from
		at := walk(&row)
		for j := range n {
			out[dst.Offset+i*n+j] = in[at.pos]
			at.next()
		}
	}
}

// TakeAdd adds rows: dst[index[i], …] += src[i, …].
func (*Backend) TakeAdd(dst, src backend.View, index []int32) {
	out, in := separate("take_add", dst, src), source("take_add", src)
	rows := rowCount("take_add", dst)
	_, row, from := rowsOf("take_add", src, src, index)
	sameShape("take_add", rowShape(dst), row)
	n := row.Size()
	for i, r := range index {
		row.Offset = src.Offset + i*from
		base := dst.Offset + inside("take_add", r, rows)*n
		at := walk(&row)
		for j := range n {
			out[base+j] += in[at.pos]
			at.next()
		}
	}
}

// rowsOf checks that v has one row per index, shaped as those of x, and gives
// the number, shape and distance of the rows of x.
func rowsOf(op string, v, x backend.View, index []int32) (rows int, row backend.View, stride int) {
	if rowCount(op, v) != len(index) {
		panic(fmt.Sprintf("reference: %s: expected %s, one per index, got %v", op, words.Count(len(index), "row"), v.Dims()))
	}
	rows = rowCount(op, x)
	row, _, stride = without(x, 0)
	sameShape(op, rowShape(v), row)
	return rows, row, stride
}

func rowCount(op string, v backend.View) int {
	if v.Rank == 0 {
		panic(fmt.Sprintf("reference: %s: expected at least one axis, got none", op))
	}
	return v.Shape[0]
}

func rowShape(v backend.View) backend.View {
	row, _, _ := without(v, 0)
	return row
}

func inside(op string, index int32, n int) int {
	if index < 0 || int(index) >= n {
		panic(fmt.Sprintf("reference: %s: expected an index below %d, got %d", op, n, index))
	}
	return int(index)
}

// Gather picks along the last axis: dst[…, j] = x[…, index[…, j]].
func (*Backend) Gather(dst, x backend.View, index []int32) {
	out, in := separate("gather", dst, x), source("gather", x)
	lines, size, stride := linesOf("gather", x, dst, index)
	picks := dst.Shape[dst.Rank-1]
	at := walk(&lines)
	for i := range lines.Size() {
		for j := i * picks; j < (i+1)*picks; j++ {
			out[dst.Offset+j] = in[at.pos+inside("gather", index[j], size)*stride]
		}
		at.next()
	}
}

// ScatterAdd is the transpose of Gather: dst[…, index[…, j]] += src[…, j].
func (*Backend) ScatterAdd(dst, src backend.View, index []int32) {
	out, in := separate("scatter_add", dst, src), source("scatter_add", src)
	to, size, _ := linesOf("scatter_add", dst, src, index)
	lines, picks, stride := without(src, src.Rank-1)
	at := walk(&lines)
	for i := range to.Size() {
		for j := range picks {
			k := inside("scatter_add", index[i*picks+j], size)
			out[dst.Offset+i*size+k] += in[at.pos+j*stride]
		}
		at.next()
	}
}

// linesOf checks that v agrees with picked in all axes but the last and that
// there is an index per picked element; it splits v into lines.
func linesOf(op string, v, picked backend.View, index []int32) (lines backend.View, size, stride int) {
	if v.Rank == 0 || v.Rank != picked.Rank || picked.Size() != len(index) {
		panic(fmt.Sprintf("reference: %s: %v, %v and %s do not go together", op, v.Dims(), picked.Dims(), words.Count(len(index), "index")))
	}
	lines, size, stride = without(v, v.Rank-1)
	others, _, _ := without(picked, picked.Rank-1)
	sameShape(op, lines, others)
	return lines, size, stride
}

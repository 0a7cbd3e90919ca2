package gemm

import "github.com/org/artnn/asm"

// Cut divides rows into tiles.
type Cut struct{ rows, Tiles, small, larger int }

// CutRows makes as few tiles of at most so many rows as possible, as equal as
// possible: 32 rows are 6+6+5+5+5+5, since a tile of 2 would cost as much as one
// of 4.
func CutRows(rows, most int) Cut {
	tiles := ceilDiv(rows, most)
	return Cut{rows, tiles, rows / tiles, rows % tiles}
}

// cutPacked is the cut for packed slivers. A wide kernel takes tiles by twos and
// wants the first one whole: 6+6, 6+6, 6+2.
func cutPacked(rows int, wide bool) Cut {
	if wide {
		return Cut{rows, ceilDiv(rows, asm.MR), asm.MR, 0}
	}
	return CutRows(rows, asm.MR)
}

// At is the first row of a tile and how many rows it has.
func (c Cut) At(tile int) (start, rows int) {
	if tile < c.larger {
		return tile * (c.small + 1), c.small + 1
	}
	start = tile*c.small + c.larger
	return start, min(c.small, c.rows-start)
}

// whole is how many tiles have MR rows; they are the first.
func (c Cut) whole() int {
	if c.small == asm.MR {
		return c.rows / asm.MR
	}
	if c.small == asm.MR-1 {
		return c.larger
	}
	return 0
}

// run is tiles with as many rows each: Tiles of them from Tile on, of which the
// first begins at row Start.
type run struct{ tile, tiles, start, rows int }

// runs are the at most two runs of tiles; one without tiles is to be skipped.
func (c Cut) runs() [2]run {
	return [2]run{{0, c.larger, 0, c.small + 1}, {c.larger, c.Tiles - c.larger, c.larger * (c.small + 1), c.small}}
}

// MultiplyInPlace computes so many rows of a product in place: tiles of at most so many rows,
// as equal as possible, for all of which t says what is the same. It sets the rest.
func MultiplyInPlace(t asm.InPlaceTiles, rows, most int) {
	a, c := t.A, t.C
	for _, r := range CutRows(rows, most).runs() {
		if r.tiles > 0 {
			t.Count, t.M, t.A, t.C = r.tiles, r.rows, a[r.start*t.ARow:], c[r.start*t.CRow:]
			asm.GemmInPlace(&t)
		}
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }

package asm

import "testing"

// TestPack checks both layouts for every width, count and length, exactly.
func TestPack(t *testing.T) {
	var dst, src arena
	eachPath(t, func(t *testing.T) {
		for _, width := range []int{MR, NR} {
			for n := 0; n <= width; n++ {
				for k := range 35 {
					for _, gap := range []int{0, 5} {
						checkPanel(t, &dst, &src, width, n, k, n, k+gap, func(i, p, ld int) int { return i*ld + p },
							func(d, s []float32, ld int) { PackTranspose(d, s, ld, n, k, width) })
						checkPanel(t, &dst, &src, width, n, k, k, n+gap, func(i, p, ld int) int { return p*ld + i },
							func(d, s []float32, ld int) { PackCopy(d, s, ld, n, k, width) })
					}
				}
			}
		}
	})
}

// TestPackPanels checks panels beside each other against one at a time.
func TestPackPanels(t *testing.T) {
	var dst, src arena
	eachPath(t, func(t *testing.T) {
		for _, width := range []int{MR, NR} {
			for panels := range 4 {
				for k := range 20 {
					for _, gap := range []int{0, 5, 600} {
						if gap == 600 && k > 3 {
							continue // more than the arena has
						}
						ld, ds := panels*width+gap, k*width+gap
						size, out := 0, 0
						if panels > 0 && k > 0 {
							size, out = (k-1)*ld+panels*width, (panels-1)*ds+k*width
						}
						for _, where := range placements[:3] {
							s, d := src.take(size, where, wild(newRand(uint64(k)), size)), dst.take(out, where, nil)
							want := append([]float32{}, d...)
							for i := range panels {
								if k > 0 {
									PackCopy(want[i*ds:], s[i*width:], ld, width, k, width)
								}
							}
							PackPanels(panels, d, ds, s, ld, k, width)
							wantSame(t, where.String(), d, want)
							dst.check(t, "panels")
						}
					}
				}
			}
		}
	})
}

// checkPanel packs a random source of rows rows at stride ld and compares
// every number of the panel.
func checkPanel(t *testing.T, dst, src *arena, width, n, k, rows, ld int, at func(i, p, ld int) int,
	pack func(dst, src []float32, ld int)) {
	t.Helper()
	size := 0
	if n > 0 && k > 0 {
		size = (rows-1)*ld + n + k - rows
	}
	want := make([]float32, k*width)
	for _, where := range placements[:3] {
		s := src.take(size, where, wild(newRand(uint64(k)), size))
		for p := range k {
			for i := range n {
				want[p*width+i] = s[at(i, p, ld)]
			}
		}
		d := dst.take(k*width, where, nil)
		pack(d, s, ld)
		wantSame(t, where.String(), d, want)
		dst.check(t, "panel")
	}
}

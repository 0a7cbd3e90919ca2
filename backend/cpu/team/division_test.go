package team

import "testing"

// TestDivision checks that chunks cover everything once, in whole units of which
// two chunks differ by one at most, and that halves are equal.
func TestDivision(t *testing.T) {
	for n := range 200 {
		for _, unit := range []int{1, 6, 16} {
			for step := unit; step < 100; step += 5 {
				d := Divide(n, step, unit)
				end, least, most := 0, n, 0
				for i := range d.Count {
					lo, hi := d.Bounds(i)
					if lo != end || hi <= lo || lo%unit != 0 {
						t.Fatalf("Divide(%d, %d, %d): chunk %d of %d is [%d, %d) after %d", n, step, unit, i, d.Count, lo, hi, end)
					}
					end, least, most = hi, min(least, ceilDiv(hi-lo, unit)), max(most, ceilDiv(hi-lo, unit))
				}
				if end != n || most > least+1 && n > 0 {
					t.Fatalf("Divide(%d, %d, %d): ends at %d, chunks have %d to %d units", n, step, unit, end, least, most)
				}
				if d.Count > 1 && d.Count < ceilDiv(n, unit) && d.Count%2 != 0 {
					t.Fatalf("Divide(%d, %d, %d): %d chunks", n, step, unit, d.Count)
				}
			}
		}
	}
}

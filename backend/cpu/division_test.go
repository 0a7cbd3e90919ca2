package cpu

import "testing"

// TestDivision checks that chunks cover everything once, in whole units of which
// two chunks differ by one at most, and that halves are equal.
func TestDivision(t *testing.T) {
	for n := range 200 {
		for _, unit := range []int{1, 6, 16} {
			for step := unit; step < 100; step += 5 {
				d := divide(n, step, unit)
				end, least, most := 0, n, 0
				for i := range d.count {
					lo, hi := d.bounds(i)
					if lo != end || hi <= lo || lo%unit != 0 {
						t.Fatalf("divide(%d, %d, %d): chunk %d of %d is [%d, %d) after %d", n, step, unit, i, d.count, lo, hi, end)
					}
					end, least, most = hi, min(least, ceilDiv(hi-lo, unit)), max(most, ceilDiv(hi-lo, unit))
				}
				if end != n || most > least+1 && n > 0 {
					t.Fatalf("divide(%d, %d, %d): ends at %d, chunks have %d to %d units", n, step, unit, end, least, most)
				}
				if d.count > 1 && d.count < ceilDiv(n, unit) && d.count%2 != 0 {
					t.Fatalf("divide(%d, %d, %d): %d chunks", n, step, unit, d.count)
				}
			}
		}
	}
}

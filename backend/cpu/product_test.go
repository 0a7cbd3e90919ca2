package cpu

import "testing"

// A gradient is kept as a product where that saves memory traffic.
func TestWantsProduct(t *testing.T) {
	for _, c := range []struct {
		m, k, n int
		want    bool
	}{
		{1 << 10, 3, 1 << 10, true},
		{1 << 10, 128, 1 << 10, true},
		{1 << 10, 129, 1 << 10, false}, // arithmetic
		{1 << 10, 3, 1<<10 - 1, false}, // fits in cache
		{1 << 18, 1, 4, true},
		{1 << 18, 2, 4, false}, // the factors are no smaller
	} {
		if got := newCPU().WantsProduct(c.m, c.k, c.n); got != c.want {
			t.Errorf("%d×%d·%d×%d: got %v", c.m, c.k, c.k, c.n, got)
		}
	}
}

package measure

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls f(0), …, f(n−1) on all cores.
func parallel(n int, f func(i int)) {
	workers(context.Background(), n, func() func(int) { return f })
}

// workers calls what start returns with 0, …, n−1, or fewer if the context ends. Each
// worker starts once, so that it can have memory of its own.
func workers(ctx context.Context, n int, start func() func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			f := start()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

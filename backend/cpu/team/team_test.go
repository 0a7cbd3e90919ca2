package team

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// atProcs runs f with GOMAXPROCS set to each of several values.
func atProcs(t *testing.T, f func(procs int)) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 4, 1} {
		runtime.GOMAXPROCS(procs)
		f(procs)
	}
}

type countTask struct {
	hits []atomic.Int32
	each func(i int)
}

func (c *countTask) Chunk(i int) {
	c.hits[i].Add(1)
	if c.each != nil {
		c.each(i)
	}
}

func (c *countTask) check(t *testing.T, times int32) {
	t.Helper()
	for i := range c.hits {
		require.Equal(t, times, c.hits[i].Load(), "chunk %d", i)
	}
}

func newTeam() *Team {
	t := new(Team)
	t.Init()
	return t
}

func TestTeamRunsEachChunkOnce(t *testing.T) {
	tm := newTeam()
	atProcs(t, func(int) {
		for _, n := range []int{0, 1, 2, 3, 17, 1000} {
			c := &countTask{hits: make([]atomic.Int32, n)}
			for range 20 {
				tm.Do(n, c)
			}
			c.check(t, 20)
		}
	})
}

func TestTeamNestedAndConcurrent(t *testing.T) {
	atProcs(t, func(int) {
		tm := newTeam()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for range 50 {
					inner := &countTask{hits: make([]atomic.Int32, 5)}
					outer := &countTask{hits: make([]atomic.Int32, 4), each: func(int) { tm.Do(5, inner) }}
					tm.Do(4, outer)
					for i := range outer.hits {
						if n := outer.hits[i].Load(); n != 1 {
							t.Errorf("outer chunk %d ran %d times", i, n)
						}
					}
					for i := range inner.hits {
						if n := inner.hits[i].Load(); n != 4 {
							t.Errorf("inner chunk %d ran %d times", i, n)
						}
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestTeamPanics(t *testing.T) {
	atProcs(t, func(int) {
		tm := newTeam()
		bad := &countTask{hits: make([]atomic.Int32, 50), each: func(i int) {
			if i%10 == 9 {
				panic("chunk failed")
			}
		}}
		require.PanicsWithValue(t, "chunk failed", func() { tm.Do(50, bad) })
		good := &countTask{hits: make([]atomic.Int32, 50)}
		tm.Do(50, good)
		good.check(t, 1)
	})
}

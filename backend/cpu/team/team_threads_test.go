//go:build !wasm

package team

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Workers that have gone to sleep wake up again, and no more are started than
// processors can use.
func TestTeamSleepsAndWakes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	tm := newTeam()
	slow := &countTask{hits: make([]atomic.Int32, 8), each: func(int) { time.Sleep(time.Millisecond) }}
	for range 5 {
		tm.Do(8, slow)
		require.Eventually(t, func() bool { return tm.parked.Load() == 3 }, 10*time.Second, time.Millisecond)
	}
	slow.check(t, 5)
	require.Equal(t, 3, tm.spawned)
}

func TestTeamSharesWork(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	tm := newTeam()
	// Two chunks that wait for each other need two workers.
	var wg sync.WaitGroup
	wg.Add(2)
	c := &countTask{hits: make([]atomic.Int32, 2), each: func(int) { wg.Done(); wg.Wait() }}
	tm.Do(2, c)
	c.check(t, 1)
}

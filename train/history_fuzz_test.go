package train_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// Whatever is told to a history, its state is JSON, reads back the same, and goes on
// to what it would have become without a checkpoint. Nine bytes are one event: what it
// is, and a number.
func FuzzHistoryState(f *testing.F) {
	event := func(what byte, value float64) []byte {
		return binary.LittleEndian.AppendUint64([]byte{what}, math.Float64bits(value))
	}
	var seeds []byte
	for i, v := range []float64{1, math.NaN(), math.Inf(1), math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64, math.Inf(-1), 5e-324, 0} {
		seeds = append(seeds, event(byte(i), v)...)
	}
	for i := range 60 {
		seeds = append(seeds, event(byte(i%3), math.Sin(float64(i)))...)
	}
	f.Add(8, 1, seeds)
	f.Add(0, 3, seeds)
	f.Add(4, 9, seeds)
	f.Add(-1, 0, seeds)
	f.Fuzz(func(t *testing.T, limit, metrics int, events []byte) {
		metrics, events = max(0, min(metrics, 12)), events[:min(len(events), 100*9)]
		whole, broken := &train.History{Limit: limit}, &train.History{Limit: limit}
		for step := 1; len(events) >= 9; step, events = step+1, events[9:] {
			value := math.Float64frombits(binary.LittleEndian.Uint64(events[1:]))
			e := train.Event{Step: step}
			for i := range metrics {
				e.Metrics = append(e.Metrics, train.Metric{Name: string(rune('a' + i)), Value: value + float64(i)})
			}
			tell := (*train.History).Step
			if events[0]&1 > 0 {
				tell = (*train.History).Validated
			}
			require.NoError(t, tell(whole, e))
			require.NoError(t, tell(broken, e))
			if events[0]&2 == 0 {
				continue
			}
			text, err := json.Marshal(broken.State())
			require.NoError(t, err)
			broken = &train.History{Limit: limit}
			require.NoError(t, broken.SetState(text))
		}
		want, err := json.Marshal(whole.State())
		require.NoError(t, err)
		got, err := json.Marshal(broken.State())
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
}

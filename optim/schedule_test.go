package optim_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/optim"
)

func TestScheduleEdges(t *testing.T) {
	c := optim.CosineWarmup{LR: 1, Min: 0.1, Warmup: 4, Total: 10}
	require.Equal(t, 0.2, c.Rate(0), "the first update is not wasted")
	require.Equal(t, 1.0, c.Rate(4))
	require.Equal(t, 0.1, c.Rate(10))
	require.Equal(t, 0.1, c.Rate(1000))
	require.Equal(t, 0.1, optim.CosineWarmup{LR: 1, Min: 0.1}.Rate(0), "no updates at all")
	require.Equal(t, 0.5, optim.CosineWarmup{LR: 1, Warmup: 3, Total: 3, Start: 0.5}.Rate(0), "warm-up only")

	o := optim.OneCycle{Max: 1, Total: 100}
	require.InDelta(t, 0.04, o.Rate(0), 1e-12)
	require.InDelta(t, 1, o.Rate(29), 1e-12)
	require.InDelta(t, 4e-6, o.Rate(99), 1e-12)
	require.Equal(t, o.Rate(99), o.Rate(5000))
	for _, total := range []int{1, 2, 3} {
		for _, share := range []float64{0.1, 0.5, 1} {
			for _, three := range []bool{false, true} {
				for step := range 4 {
					r := optim.OneCycle{Max: 1, Total: total, PctStart: share, ThreePhase: three}.Rate(step)
					require.True(t, r > 0 && r <= 1, "%d updates, share %g, step %d: %g", total, share, step, r)
				}
			}
		}
	}
	require.InDelta(t, 0.01, optim.StepLR{LR: 1, Size: 5}.Rate(14), 1e-15)
}

// A plateau schedule that is saved as JSON and restored goes on as if it had
// not been.
func TestPlateauState(t *testing.T) {
	cfg := optim.PlateauConfig{Patience: 2, Cooldown: 1, Factor: 0.5}
	metrics := []float64{1, 0.9, 0.95, 0.91, 0.92, 0.93, math.NaN(), 0.94, 0.5, 0.6, 0.7, 0.8}
	whole, part := optim.NewPlateau(1, cfg), optim.NewPlateau(1, cfg)
	for _, m := range metrics {
		data, err := json.Marshal(part.State())
		require.NoError(t, err)
		var s optim.PlateauState
		require.NoError(t, json.Unmarshal(data, &s))
		part = optim.NewPlateau(7, cfg)
		require.NoError(t, part.SetState(s))
		require.Equal(t, whole.Observe(m), part.Observe(m))
	}
	require.Equal(t, 0.25, whole.Rate(0))

	for _, s := range []optim.PlateauState{{LR: -1}, {LR: math.NaN()}, {Bad: -1}, {Cooldown: -1}, {Best: math.NaN()}, {Best: math.Inf(1)}} {
		require.ErrorContains(t, whole.SetState(s), "plateau state")
	}
	require.Equal(t, 0.25, whole.Rate(0))
}

func TestPlateauPatience(t *testing.T) {
	count := func(patience int) int {
		p := optim.NewPlateau(1, optim.PlateauConfig{Patience: patience})
		n := 0
		for p.Observe(5) == 1 {
			n++
		}
		return n
	}
	require.Equal(t, 1, count(-1), "the first repetition is one too many")
	require.Equal(t, 4, count(3))
	require.Equal(t, 11, count(0), "the default is ten")
	p := optim.NewPlateau(1, optim.PlateauConfig{Patience: -1})
	require.Equal(t, 0.1, p.Observe(math.NaN()), "not a number is no progress, even at first")
}

// A rising metric must rise by the threshold itself where that is absolute.
func TestPlateauAbsoluteGain(t *testing.T) {
	p := optim.NewPlateau(1, optim.PlateauConfig{Maximize: true, Absolute: true, Threshold: 0.5, Patience: -1})
	require.Equal(t, 1.0, p.Observe(2))
	require.Equal(t, 1.0, p.Observe(2.6))
	require.Equal(t, 0.1, p.Observe(3.1))
	require.Equal(t, 2.6, p.State().Best)
}

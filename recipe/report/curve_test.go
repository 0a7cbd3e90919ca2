package report

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A chart of nothing, and of numbers whose distance is none, is drawn all the same.
func TestCurvesOfNothing(t *testing.T) {
	for name, c := range map[string]Curve{
		"no series":   {Title: "Losses"},
		"no points":   {Title: "Losses", Series: []Series{{Name: "loss"}}},
		"one point":   {Title: "Losses", Series: []Series{{Name: "loss", Steps: []int{1}, Values: []float64{2}}}},
		"not finite":  {Title: "Losses", Series: []Series{{Name: "loss", Steps: []int{1, 2, 3, 4}, Values: []float64{math.Inf(1), 2, math.NaN(), math.Inf(-1)}}}},
		"none finite": {Title: "Losses", Series: []Series{{Name: "loss", Steps: []int{1}, Values: []float64{math.NaN()}}}},
		"a flat line": {Title: "Losses", Series: []Series{{Name: "loss", Steps: []int{1, 2}, Values: []float64{2, 2}}}},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan error, 1)
			go func() {
				_, err := c.svg()
				done <- err
			}()
			select {
			case err := <-done:
				assert.NoError(t, err)
			case <-time.After(20 * time.Second):
				require.Fail(t, "it is drawn for ever")
			}
		})
	}
}

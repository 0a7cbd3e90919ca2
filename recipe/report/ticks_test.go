package report

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) string {
	var all []string
	for _, t := range ticks {
		all = append(all, t.Label)
	}
	return strings.Join(all, " ")
}

func TestTicksAreRound(t *testing.T) {
	for want, got := range map[string][]plot.Tick{
		"0 0.2 0.4 0.6 0.8 1":                  roundTicks{about: 6}.Ticks(0, 1),
		"0.3 0.4 0.5 0.6 0.7":                  roundTicks{about: 6}.Ticks(0.2871, 0.7413),
		"500 1000 1500 2000 2500":              roundTicks{about: 7}.Ticks(1, 2861),
		"-20 -10 0 10":                         roundTicks{about: 5}.Ticks(-21, 19),
		"1 2 3":                                roundTicks{about: 7, whole: true}.Ticks(1, 3),
		"0 2e+299 4e+299 6e+299 8e+299 1e+300": roundTicks{about: 6}.Ticks(0, 1e300),
		"1.00002 1.00004 1.00006 1.00008":      roundTicks{about: 6}.Ticks(1.00001, 1.00009),
		"":                                     roundTicks{about: 6}.Ticks(math.Inf(-1), math.Inf(1)),
		"5 10 20 50 100":                       logTicks(7).Ticks(3, 110),
		"0.01 1 100 10000":                     logTicks(8).Ticks(0.0005, 20000),
		"1 100 10000 1e+06 1e+08 1e+10 1e+12":  logTicks(7).Ticks(1, 2e12),
	} {
		assert.Equal(t, want, labels(got))
	}
}

func TestWidenedAxesEndAtTicks(t *testing.T) {
	for _, c := range [][4]float64{{0.287, 0.741, 0.2, 0.8}, {1, 2861, 0, 3000}, {-21, 19, -30, 20}, {0, 1, 0, 1}, {2, 2, 2, 2}, {0.2, 2.7, 0, 3}} {
		from, to := roundTicks{about: 5}.widened(c[0], c[1])
		assert.InDelta(t, c[2], from, 1e-12)
		assert.InDelta(t, c[3], to, 1e-12)
	}
	low, high := roundTicks{about: 5}.widened(math.Inf(1), math.Inf(-1))
	assert.True(t, low > high, "an axis of nothing stays so")
}

// Whatever the range, there are some ticks and not too many.
func TestTicksOfEveryRange(t *testing.T) {
	for e := -300.0; e < 300; e += 7 {
		for _, width := range []float64{1, 1.3, 2.7, 5.1, 9.9} {
			low, high := 0.37*math.Pow(10, e), (0.37+width)*math.Pow(10, e)
			n := len(roundTicks{about: 6}.Ticks(low, high))
			assert.True(t, n >= 2 && n <= 7, "%g to %g: %d", low, high, n)
			from, to := roundTicks{about: 6}.widened(low, high)
			assert.True(t, from <= low && high <= to)
			ticks := roundTicks{about: 6}.Ticks(from, to)
			assert.InDelta(t, 0, (ticks[0].Value-from)/(to-from), 1e-6)
			assert.InDelta(t, 0, (ticks[len(ticks)-1].Value-to)/(to-from), 1e-6)
		}
	}
}

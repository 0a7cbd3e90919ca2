package machine

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestEnergyIsPowerTimesTime(t *testing.T) {
	old := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(old)
	assert.InDelta(t, 15, Energy(30*time.Minute), 1e-9)
	assert.Equal(t, "about 15 Wh, assuming 10 W for each of 3 busy threads; not measured", EnergyText(30*time.Minute))
}

func TestFactsAreFilled(t *testing.T) {
	for _, f := range Facts() {
		assert.NotEmpty(t, f.Value, f.Name)
	}
}

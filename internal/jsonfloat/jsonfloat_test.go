package jsonfloat

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryNumberComesBack(t *testing.T) {
	for want, x := range map[string]float64{
		`"NaN"`: math.NaN(), `"Infinity"`: math.Inf(1), `"-Infinity"`: math.Inf(-1),
		`0`: 0, `-0`: math.Copysign(0, -1), `0.1`: 0.1, `5e-324`: 5e-324, `1.7976931348623157e+308`: math.MaxFloat64,
	} {
		text, err := json.Marshal(Float(x))
		require.NoError(t, err)
		assert.Equal(t, want, string(text))
		var back Float
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, math.Float64bits(x), math.Float64bits(float64(back)))
	}
	for _, text := range []string{`"Inf"`, `"1"`, `{}`, `1e999`} {
		var f Float
		assert.Error(t, json.Unmarshal([]byte(text), &f), text)
	}
}

func TestLists(t *testing.T) {
	assert.Nil(t, Of(nil))
	assert.Nil(t, To(nil))
	assert.Equal(t, []float64{1, -2}, To(Of([]float64{1, -2})))
}

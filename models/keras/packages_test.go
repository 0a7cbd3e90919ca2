package keras_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/tensor"
)

// packagesEnv names the folder that .ci/upscaling fills: networks of npm packages, each
// in a folder, and beside it what Keras makes of a picture with it.
const packagesEnv = "ARTNN_TEST_TFJS"

// Networks that people use give the numbers of Keras.
func TestPackages(t *testing.T) {
	dir, ok := os.LookupEnv(packagesEnv)
	if !ok {
		t.Skipf("needs networks that are not committed: run .ci/upscaling, which sets %s", packagesEnv)
	}
	folders, err := filepath.Glob(filepath.Join(dir, "*", "model.json"))
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	for _, folder := range folders {
		folder = filepath.Dir(folder)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			golden.Load(t, folder+".safetensors").Run(t, func(t *testing.T, c *golden.Case) {
				m, err := tfjs.Open(folder)
				require.NoError(t, err)
				net, err := keras.Convert(m, keras.Options{Range: [2]float64(c.Floats("range"))})
				require.NoError(t, err)
				tape := tensor.NewTape(tensor.NoGrad())
				defer tape.Release()
				x := tape.Of(tensor.FromSlice(c.Array("in.x").Data, c.Array("in.x").Shape...))
				names := c.Names("out.")
				for i, y := range net.Activations(x, names...) {
					want := c.Array("out." + names[i])
					require.Equal(t, want.Shape, y.Shape(), names[i])
					c.Close("out."+names[i], y.Float64s(), 1e-4)
					t.Logf("%s, %s: %.1e of the largest", filepath.Base(folder), names[i], distance(y.Float64s(), want.Data))
				}
			})
		})
	}
}

// distance is the largest difference, as a share of the largest number.
func distance(got, want []float64) float64 {
	off, largest := 0.0, 0.0
	for i, w := range want {
		off, largest = max(off, got[i]-w, w-got[i]), max(largest, w, -w)
	}
	return off / largest
}

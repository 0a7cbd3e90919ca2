package recipe_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/format/tfjs"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/recipe"
)

// packagesEnv names the folder that .ci/upscaling fills: networks of npm packages, and
// in each one's folder a picture and what it ships as the larger one.
const packagesEnv = "ARTNN_TEST_TFJS"

// Networks that people use make the pictures that they ship, within one shade of 255,
// in one part and in tiles.
func TestPackages(t *testing.T) {
	dir, ok := os.LookupEnv(packagesEnv)
	if !ok {
		t.Skipf("needs networks that are not committed: run .ci/upscaling, which sets %s", packagesEnv)
	}
	results, err := filepath.Glob(filepath.Join(dir, "*", "result.png"))
	require.NoError(t, err)
	require.NotEmpty(t, results)
	for _, result := range results {
		folder := filepath.Dir(result)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			m, err := tfjs.Open(folder)
			require.NoError(t, err)
			pixels := golden.Load(t, folder+".safetensors").Case(t, "all").Floats("range")
			net, err := keras.Convert(m, keras.Options{Range: [2]float64(pixels)})
			require.NoError(t, err)
			e, err := net.Enlargement()
			require.NoError(t, err)
			small, err := data.LoadPicture(t.Context(), filepath.Join(folder, "fixture.png"))
			require.NoError(t, err)
			want, err := data.LoadPicture(t.Context(), result)
			require.NoError(t, err)
			tiles := []int{small.Rect.Dx()}
			if e.Reach < 20 { // with more, tiles take minutes
				tiles = append(tiles, 29)
			}
			for _, tile := range tiles {
				got, err := recipe.Upscale(t.Context(), net, small, recipe.UpscaleOptions{Tile: tile})
				require.NoError(t, err)
				require.Equal(t, want.Rect, got.Bounds())
				off, most := 0, 0
				for y := range want.Rect.Dy() {
					for x := range want.Rect.Dx() {
						w := want.NRGBAAt(x, y)
						r, g, b, _ := got.At(x, y).RGBA()
						for _, d := range []int{int(w.R) - int(r>>8), int(w.G) - int(g>>8), int(w.B) - int(b>>8)} {
							if d != 0 {
								off++
							}
							most = max(most, d, -d)
						}
					}
				}
				assert.LessOrEqual(t, most, 1)
				t.Logf("%s, tiles of %d: %d of %d numbers are off, by at most %d of 255", filepath.Base(folder), tile, off, 3*want.Rect.Dx()*want.Rect.Dy(), most)
			}
		})
	}
}

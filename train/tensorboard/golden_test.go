package tensorboard

import (
	"image"
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fixed is a clock that stands still.
func fixed() time.Time { return time.Unix(1_700_000_000, 250_000_000) }

// logGolden logs what testdata/make.py does, and returns the file.
func logGolden(t *testing.T) (path string) {
	t.Helper()
	w, err := Create(t.TempDir(), Clock(fixed))
	require.NoError(t, err)
	for step, v := range []float64{0.1, -3, math.NaN(), math.Inf(1)} {
		require.NoError(t, w.Scalar(step, "loss", v))
	}
	require.NoError(t, w.Text(300, "名前/sample", "**Call** me \xe5\x90"))
	// The file itself: another Go may encode the picture in another way.
	dot, err := os.ReadFile("testdata/dot.png")
	require.NoError(t, err)
	require.NoError(t, w.encoded(300, "faces", image.Pt(3, 2), [][]byte{dot, dot}))
	var spread []float32
	for i := -8; i < 25; i++ {
		spread = append(spread, float32(i*i)/4)
	}
	require.NoError(t, w.Histogram(1000, "spread", spread))
	require.NoError(t, w.Histogram(1000, "same", []float32{2.5, 2.5, 2.5}))
	require.NoError(t, w.Histogram(1000, "none", nil))
	require.NoError(t, w.Resume(250))
	require.NoError(t, w.Close())
	return w.Path()
}

// The golden file was written by TensorBoard's own code.
func TestBytes(t *testing.T) {
	want, err := os.ReadFile("testdata/tensorboard.tfevents")
	require.NoError(t, err)
	got, err := os.ReadFile(logGolden(t))
	require.NoError(t, err)
	for i := range min(len(want), len(got)) {
		from, to := max(i-40, 0), i+40
		require.Equal(t, want[i], got[i], "byte %d, in\n%q, not\n%q", i, got[from:min(to, len(got))], want[from:min(to, len(want))])
	}
	assert.Len(t, got, len(want))
}

package recipe

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// facesFolder is a folder of so many small pictures.
func facesFolder(t testing.TB, n int) string {
	dir := t.TempDir()
	for i := range n {
		require.NoError(t, data.WritePNG(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), samples.Faces().Image(i)))
	}
	return dir
}

// textFile is a file with so many bytes of a novel.
func textFile(t testing.TB, n int) string {
	return file(t, "novel.txt", samples.MobyDick()[:n])
}

// salesFile is a table with a price that no straight line fits.
func salesFile(t testing.TB, n int) string {
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	b.WriteString("artist,size,price\n")
	for range n {
		artist, size := rng.IntN(3), rng.Float64()*10
		price := math.Exp(float64(2*artist) + math.Abs(size-5)*0.8)
		fmt.Fprintf(&b, "%s,%.3f,%.4f\n", []string{"Ada", "Bo", "Cy"}[artist], size, price)
	}
	return file(t, "sales.csv", b.String())
}

func file(t testing.TB, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

// stripesFolder is a folder of data in the format of MNIST: 4×4 pictures with one
// bright column, which is their class.
func stripesFolder(t testing.TB, n int) string {
	dir := t.TempDir()
	idx := func(name string, kind byte, sizes []int, values []byte) {
		b := []byte{0, 0, kind, byte(len(sizes))}
		for _, s := range sizes {
			b = binary.BigEndian.AppendUint32(b, uint32(s))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), append(b, values...), 0o666))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, half := range []string{"train", "t10k"} {
		var pixels, labels []byte
		for i := range n {
			class := i % 4
			labels = append(labels, byte(class))
			for p := range 16 {
				v := byte(rng.IntN(60))
				if p%4 == class {
					v += 150
				}
				pixels = append(pixels, v)
			}
		}
		idx(half+"-images-idx3-ubyte", 8, []int{n, 4, 4}, pixels)
		idx(half+"-labels-idx1-ubyte", 8, []int{n}, labels)
	}
	return dir
}

// quadrants is a task of our own making: points of the plane, and which quadrant
// they are in.
func quadrants(t testing.TB, seed uint64) *Task[data.ImageBatch] {
	const n = 64
	pixels := make([]float32, 2*n)
	labels := make([]int32, n)
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		x, y := rng.Float32()*2-1, rng.Float32()*2-1
		pixels[2*i], pixels[2*i+1] = x, y
		if x > 0 {
			labels[i]++
		}
		if y > 0 {
			labels[i] += 2
		}
	}
	m, err := models.NewMLP(models.MLPConfig{
		Sizes: []int{2, 16, 4}, Activation: "tanh", Output: "softmax", Loss: "cross_entropy",
		Optimizer: "adam", LR: 0.02, EMA: 0.9, Seed: seed,
	})
	require.NoError(t, err)
	loader, err := data.NewIndexLoader(n, func(indices []int) (b data.ImageBatch) {
		for _, i := range indices {
			b.Pixels, b.Labels = append(b.Pixels, pixels[2*i:2*i+2]...), append(b.Labels, labels[i])
		}
		return b
	}, data.LoaderOptions{BatchSize: 16, Shuffle: true, Seed: seed})
	require.NoError(t, err)
	return &Task[data.ImageBatch]{
		Title: "Quadrants", Intro: "A small network learns quadrants", Unit: "points", PerStep: 16,
		Model: m, Loader: loader,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.StepLabels(b.Pixels, b.Labels)}}, nil
		},
		Sample: func() (Sample, error) {
			picture := image.NewGray(image.Rect(0, 0, 8, 8))
			for i := range 64 {
				class := m.Classify([]float32{float32(i%8)/4 - 1, float32(i/8)/4 - 1})[0]
				picture.SetGray(i%8, i/8, color.Gray{Y: uint8(class * 80)})
			}
			return Sample{Image: picture}, nil
		},
	}
}

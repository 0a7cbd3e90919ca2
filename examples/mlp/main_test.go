package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

const (
	side    = 6
	classes = 3
)

// put writes an array of bytes as the data sets are published.
func put(t *testing.T, path string, shape []uint32, values []byte) {
	t.Helper()
	var b bytes.Buffer
	b.Write([]byte{0, 0, 8, byte(len(shape))})
	if err := binary.Write(&b, binary.BigEndian, shape); err != nil {
		t.Fatal(err)
	}
	b.Write(values)
	content := b.Bytes()
	if strings.HasSuffix(path, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		content = packed.Bytes()
	}
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// stripes makes a data set in which the class says which two rows are bright.
// One half is packed, the other is not.
func stripes(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, n := range map[string]int{"train": 300, "t10k": 90} {
		var pixels, labels []byte
		for i := range n {
			class := i % classes
			for p := range side * side {
				v := byte((i*31 + p*17) % 120)
				if p/side/2 == class {
					v += 120
				}
				pixels = append(pixels, v)
			}
			labels = append(labels, byte(class))
		}
		ext := ""
		if name == "train" {
			ext = ".gz"
		}
		put(t, filepath.Join(dir, name+"-images-idx3-ubyte"+ext), []uint32{uint32(n), side, side}, pixels)
		put(t, filepath.Join(dir, name+"-labels-idx1-ubyte"+ext), []uint32{uint32(n)}, labels)
	}
	return dir
}

func TestLearnsStripes(t *testing.T) {
	o := defaults()
	o.Data, o.Dir, o.Budget.Epochs = stripes(t), filepath.Join(t.TempDir(), "run"), 3
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "300 pictures of 6×6 to learn from, 90 to test on, 3 classes") ||
		!strings.Contains(out.String(), "100 %: loss") || !strings.Contains(out.String(), "100.00 %") {
		t.Errorf("got %s", &out)
	}
	model, err := models.LoadAs[*models.MLP](filepath.Join(o.Dir, "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if got := recipe.Accuracy(model, o.Test()); got != 1 {
		t.Errorf("the saved network has %g of the test set right", got)
	}
}

func TestInterruptKeepsTheNetwork(t *testing.T) {
	o := defaults()
	o.Data, o.Dir, o.Budget.Epochs = stripes(t), filepath.Join(t.TempDir(), "run"), 1e6
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*models.MLP](filepath.Join(o.Dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}

package models

import (
	"fmt"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// Step learns from one batch: forward, backward and an update. It returns the
// cross-entropy, with label smoothing if there is any, before the update.
//
// If the loss, or with Clip the gradient, is not finite, nothing is updated:
// NonFinite of the Updates tells what went bad.
//
// Shape: pixels [n, channels, size, size], labels [n].
//
// Panics if the lengths are not those of equally many pictures, at least one, or a
// label is not the number of a class.
func (m *Classifier) Step(pixels []float32, labels []int32) float64 {
	const op = "classifier step"
	n, classes := rowsOf(op, pixels, m.numbers()), len(m.cfg.Classes)
	if len(labels) != n {
		tensor.Fail(op, fmt.Sprintf("expected %s, one for each picture", words.Count(n, "label")), "%d", len(labels))
	}
	for i, c := range labels {
		if c < 0 || int(c) >= classes {
			tensor.Fail(op, fmt.Sprintf("labels must lie in [0, %d)", classes), "%d of picture %d", c, i)
		}
	}
	return m.update.Step(n, func(lo, hi int) *tensor.Tensor {
		x := m.put(m.update.Tape(), pixels[lo*m.numbers():hi*m.numbers()])
		if m.augment != nil {
			x = m.augment.Forward(x)
		}
		l := loss.CrossEntropy(m.net.Forward(x), labels[lo:hi], loss.CrossEntropyConfig{LabelSmoothing: m.cfg.LabelSmoothing})
		return update.Share(l, hi-lo, n)
	})
}

// numbers is how many a picture has.
func (m *Classifier) numbers() int { return m.cfg.Channels * m.cfg.Size * m.cfg.Size }

// put puts pictures on a tape.
func (m *Classifier) put(tape *tensor.Tape, pixels []float32) *tensor.Tensor {
	return tape.FromSlice(pixels, len(pixels)/m.numbers(), m.cfg.Channels, m.cfg.Size, m.cfg.Size)
}

// classifyPixels bounds the memory of Predict: it takes 64 pictures of 64×64 at a
// time, as many more of smaller ones and fewer of larger ones.
const classifyPixels = 64 * 64 * 64

// Predict computes the probabilities of the classes of any number of pictures.
//
// Shape: [n, channels, size, size] → [n, classes].
//
// Panics if the length is not that of one or more pictures.
func (m *Classifier) Predict(pixels []float32) []float32 {
	rows, classes := rowsOf("classifier predict", pixels, m.numbers()), len(m.cfg.Classes)
	out := make([]float32, 0, rows*classes)
	tape := inferenceTape(m.cfg.Backend)
	together := max(1, classifyPixels/(m.cfg.Size*m.cfg.Size))
	for part := range slices.Chunk(pixels, together*m.numbers()) {
		n := len(out)
		out = out[:n+len(part)/m.numbers()*classes]
		m.net.Forward(m.put(tape, part)).Softmax(1).ReadFloat32s(out[n:])
		tape.Release()
	}
	return out
}

// Classify is the most probable class of each picture.
//
// Shape: [n, channels, size, size] → [n].
//
// Panics as Predict does.
func (m *Classifier) Classify(pixels []float32) []int32 {
	return largestOf(m.Predict(pixels), len(m.cfg.Classes))
}

package data

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"math"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/internal/words"
)

// ToImage turns values in [−1, 1] into a picture: gray for one channel, RGB for
// three, RGB with alpha for four. Values outside are clamped; NaN is black.
//
// Shape: pixels is [channels, height, width].
// Panics when the length is another, or channels is not 1, 3 or 4.
func ToImage(pixels []float32, channels, height, width int) image.Image {
	checkPlanes("toImage", len(pixels), 1, channels, height, width)
	return picture.New(pixels, channels, height, width)
}

// ToImages turns a batch into pictures, as [ToImage] each.
//
// Shape: pixels is [n, channels, height, width] for any n.
func ToImages(pixels []float32, channels, height, width int) []image.Image {
	n := checkPlanes("toImages", len(pixels), -1, channels, height, width)
	each := channels * height * width
	out := make([]image.Image, n)
	for i := range out {
		out[i] = ToImage(pixels[i*each:(i+1)*each], channels, height, width)
	}
	return out
}

// checkPlanes panics unless length is n pictures of the size, or any number of
// them for n = −1, and returns that number.
func checkPlanes(op string, length, n, channels, height, width int) int {
	if channels != 1 && channels != 3 && channels != 4 {
		panic(fmt.Sprintf("%s: expected 1, 3 or 4 channels, got %d", op, channels))
	}
	if height < 1 || width < 1 || height > math.MaxInt32/4/width {
		panic(fmt.Sprintf("%s: a picture cannot be %d×%d", op, width, height))
	}
	each := channels * height * width
	if n == 1 && length != each || length%each != 0 {
		panic(fmt.Sprintf("%s: expected [%d %d %d], %s a picture, got %d", op, channels, height, width, words.Count(each, "value"), length))
	}
	return length / each
}

// bytesToImage wraps interleaved bytes of 1, 3 or 4 channels.
func bytesToImage(p []byte, channels, height, width int) image.Image {
	rect := image.Rect(0, 0, width, height)
	switch channels {
	case 1:
		m := image.NewGray(rect)
		copy(m.Pix, p)
		return m
	case 4:
		m := image.NewNRGBA(rect)
		copy(m.Pix, p)
		return m
	}
	m := image.NewRGBA(rect)
	for i, j := 0, 0; j < len(p); i, j = i+4, j+3 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = p[j], p[j+1], p[j+2], 255
	}
	return m
}

// WritePNG saves a picture. The file is whole or not there: an interrupted
// save leaves what was at path before.
func WritePNG(path string, m image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := png.Encode(w, m); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return nil
	})
}

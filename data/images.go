package data

import (
	"fmt"
	"image"
	"strings"

	"github.com/org/artnn/internal/words"
)

// Images is a set of pictures of one size, held as bytes: a quarter of what
// they need as float32. It is a [Dataset] of channel-first values in [−1, 1].
//
// Its fields are for reading; it is safe for concurrent use.
type Images struct {
	Width, Height int
	Channels      int // 3 (RGB) or 1 (gray)

	Files   []string  // the file of each picture, within the folder; nil if it came from none
	Labels  []int32   // the class of each picture: an index into Classes
	Classes []string  // names of the folder's own subfolders; "" for pictures in none
	Skipped []Skipped // files that could not be read, in the order of their names
	Ignored int       // files with other extensions

	pixels [][]byte // [height][width][channels] each
}

// NewImages is the set of pictures stored one after another in pixels.
//
// Shape: pixels is [n, height, width, channels], row-major; it is not copied
// and must not change.
// Errors: sizes below 1, channels other than 1 and 3, a length that is no whole
// number of pictures, no picture at all.
func NewImages(pixels []byte, width, height, channels int) (*Images, error) {
	if channels != 1 && channels != 3 {
		return nil, fmt.Errorf("images: channels must be 1 (gray) or 3 (RGB), got %d", channels)
	}
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return nil, fmt.Errorf("images: size %d×%d: each side must be from 1 to %d", width, height, maxSide)
	}
	each := width * height * channels
	if len(pixels) == 0 || len(pixels)%each != 0 {
		return nil, fmt.Errorf("images: %s are no whole number of %d×%d×%d pictures", words.Count(len(pixels), "byte"), width, height, channels)
	}
	n := len(pixels) / each
	m := &Images{Width: width, Height: height, Channels: channels,
		Labels: make([]int32, n), Classes: []string{""}, pixels: make([][]byte, n)}
	for i := range m.pixels {
		m.pixels[i] = pixels[i*each : (i+1)*each : (i+1)*each]
	}
	return m, nil
}

var _ Dataset[[]float32] = (*Images)(nil)

// Len is the number of pictures.
func (m *Images) Len() int { return len(m.pixels) }

// At is picture i as values in [−1, 1], freshly made.
//
// Shape: [channels, height, width].
func (m *Images) At(i int) []float32 {
	out := make([]float32, m.Channels*m.Height*m.Width)
	m.Read(out, i)
	return out
}

// Read writes picture i as values in [−1, 1].
//
// Shape: dst [channels, height, width].
// Panics if dst has another length.
func (m *Images) Read(dst []float32, i int) {
	if len(dst) != len(m.pixels[i]) {
		panic(fmt.Sprintf("images: a picture has %s, got room for %d", words.Count(len(m.pixels[i]), "number"), len(dst)))
	}
	toFloats(dst, m.pixels[i], m.Channels)
}

// Image is picture i as it is stored.
func (m *Images) Image(i int) image.Image {
	return bytesToImage(m.pixels[i], m.Channels, m.Height, m.Width)
}

// Select is the set of the pictures of the given indices. Classes without a picture are
// left out, and those with one keep their order.
//
// Panics if there are none, or one is out of range.
func (m *Images) Select(indices []int) *Images {
	if len(indices) == 0 {
		panic("images: select needs at least one picture")
	}
	out := &Images{Width: m.Width, Height: m.Height, Channels: m.Channels}
	number := make([]int32, len(m.Classes)) // of each class, from 1
	for _, i := range indices {
		number[m.Labels[i]] = 1
		out.pixels = append(out.pixels, m.pixels[i])
		if m.Files != nil {
			out.Files = append(out.Files, m.Files[i])
		}
	}
	for c, name := range m.Classes {
		if number[c] > 0 {
			out.Classes = append(out.Classes, name)
			number[c] = int32(len(out.Classes))
		}
	}
	for _, i := range indices {
		out.Labels = append(out.Labels, number[m.Labels[i]]-1)
	}
	return out
}

// ImageBatch is several pictures, stacked.
//
// Shape: Pixels is [N, Channels, Height, Width], row-major, in [−1, 1];
// Labels is [N].
type ImageBatch struct {
	Pixels                     []float32
	Labels                     []int32
	N, Channels, Height, Width int
}

// Shape is [N, Channels, Height, Width].
func (b ImageBatch) Shape() []int { return []int{b.N, b.Channels, b.Height, b.Width} }

// Batch stacks the pictures of the given indices.
func (m *Images) Batch(indices []int) ImageBatch {
	each := m.Channels * m.Height * m.Width
	b := ImageBatch{
		Pixels: make([]float32, len(indices)*each), Labels: make([]int32, len(indices)),
		N: len(indices), Channels: m.Channels, Height: m.Height, Width: m.Width,
	}
	for k, i := range indices {
		toFloats(b.Pixels[k*each:(k+1)*each], m.pixels[i], m.Channels)
		b.Labels[k] = m.Labels[i]
	}
	return b
}

// Loader makes a loader of batches of the pictures.
// Errors are those of [NewLoader].
func (m *Images) Loader(o LoaderOptions) (*Loader[ImageBatch], error) {
	return NewIndexLoader(m.Len(), m.Batch, o)
}

// Summary says in a line what was loaded, and in one more line each which files
// were skipped and why.
func (m *Images) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %d×%d×%d", words.Count(m.Len(), "picture"), m.Width, m.Height, m.Channels)
	if len(m.Classes) > 1 {
		of := "classes"
		if m.Files != nil {
			of = "folders"
		}
		fmt.Fprintf(&b, " in %d %s", len(m.Classes), of)
	}
	if len(m.Skipped) > 0 {
		fmt.Fprintf(&b, ", %s skipped", words.Count(len(m.Skipped), "file"))
	}
	if m.Ignored > 0 {
		fmt.Fprintf(&b, ", %s of other kinds ignored", words.Count(m.Ignored, "file"))
	}
	for _, s := range m.Skipped {
		fmt.Fprintf(&b, "\n  skipped %s: %v", s.Path, s.Err)
	}
	return b.String()
}

// unit maps a byte to [−1, 1]; picture.Byte is its inverse.
var unit = func() (table [256]float32) {
	for i := range table {
		table[i] = float32(float64(i)/127.5 - 1)
	}
	return table
}()

// toFloats turns interleaved bytes into channel planes of values in [−1, 1].
func toFloats(dst []float32, src []byte, channels int) {
	plane := len(src) / channels
	for c := range channels {
		to := dst[c*plane : (c+1)*plane]
		for i := range to {
			to[i] = unit[src[i*channels+c]]
		}
	}
}

package latent

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

// Format is what a file of latents has as "format" in its metadata.
const Format = "artnn latents"

const (
	formatKey   = "format"
	kindKey     = "kind"
	latentsName = "latents"
	pictureName = "picture"
)

// alike is up to which root mean square difference, in shades of 255, a latent's
// picture is the one that the file remembers: half precision and other kernels stay
// far below, pictures of another model are far above.
const alike = 12

// ErrOtherModel is wrapped by the error of a file whose latents another model made or
// found.
var ErrOtherModel = errors.New("made with another model")

// Save writes latents to a safetensors file: the array "latents", and as "picture"
// that of the first one, channels first in bytes, by which [Load] knows the model.
// notes, if any, are kept in its metadata.
//
// Shape: latents [n, ZDim + classes], n at least 1.
//
// Errors: a latent that is not finite; those of the file system.
//
// Panics if the length is not that of one or more latents.
func Save(path string, gan *models.GAN, latents []float32, notes map[string]string) error {
	s := Of(gan)
	n := len(latents) / s.length()
	if n < 1 || len(latents)%s.length() != 0 {
		tensor.Fail("save latents", "needs latents of "+words.Count(s.length(), "number"), "%s", words.Count(len(latents), "number"))
	}
	if err := safetensors.NonFinite(latentsName, 0, latents); err != nil {
		return err
	}
	kind, _ := gan.Describe()
	meta := maps.Clone(notes)
	if meta == nil {
		meta = map[string]string{}
	}
	meta[formatKey], meta[kindKey] = Format, kind
	size := s.Size
	return atomicfile.Write(path, func(w io.Writer) error {
		return safetensors.Write(w, []safetensors.Tensor{
			{Name: latentsName, Shape: []int{n, s.length()}, Values: latents},
			{Name: pictureName, Shape: []int{size.Channels, size.Height, size.Width}, Values: inBytes(s.decode(latents[:s.length()]))},
		}, meta)
	})
}

// Load reads latents that [Save] has written, for the model they were made with.
//
// Shape: [n, ZDim + classes].
//
// Errors: a file that is none of latents; latents of another length or pictures of
// another size than the model's; the picture of the first one is not the one that
// was saved ([ErrOtherModel]).
func Load(path string, gan *models.GAN) ([]float32, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	latents, err := read(f, gan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return latents, nil
}

func read(f *safetensors.File, gan *models.GAN) ([]float32, error) {
	s := Of(gan)
	if f.Metadata()[formatKey] != Format {
		return nil, fmt.Errorf("holds no latents: its format is not %q", Format)
	}
	info, err := f.Info(latentsName)
	if err != nil {
		return nil, err
	}
	if len(info.Shape) != 2 || info.Shape[0] < 1 {
		return nil, fmt.Errorf("latents of shape %v: expected [n %d]", info.Shape, s.length())
	}
	if info.Shape[1] != s.length() {
		return nil, fmt.Errorf("%w: its latents have %s, the model's have %d", ErrOtherModel, words.Count(info.Shape[1], "number"), s.length())
	}
	if err := f.NonFinite(); err != nil {
		return nil, err
	}
	if err := f.Expect(pictureName, s.Size.Channels, s.Size.Height, s.Size.Width); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOtherModel, err)
	}
	saved, err := f.Bytes(pictureName)
	if err != nil {
		return nil, err
	}
	if len(saved) != s.pixels() {
		return nil, errors.New("picture: expected a byte for each value")
	}
	latents, err := f.Float32s(latentsName)
	if err != nil {
		return nil, err
	}
	squares := 0.0
	for i, v := range inBytes(s.decode(latents[:s.length()])) {
		d := float64(v) - float64(saved[i])
		squares += d * d
	}
	if rms := math.Sqrt(squares / float64(len(saved))); rms > alike {
		return nil, fmt.Errorf("%w: its first picture differs from this model's by %.0f shades of 255", ErrOtherModel, rms)
	}
	return latents, nil
}

// inBytes are values in [−1, 1] as bytes.
func inBytes(pixels []float32) []byte {
	out := make([]byte, len(pixels))
	for i, v := range pixels {
		out[i] = picture.Byte(v)
	}
	return out
}

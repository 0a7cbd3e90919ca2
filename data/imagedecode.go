package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"strings"
	"sync"

	"golang.org/x/image/webp"
)

// imageExtensions are the names that LoadImages looks for. What a file is, its
// first bytes decide.
var imageExtensions = []string{".png", ".jpg", ".jpeg", ".gif", ".webp"}

const (
	maxFileBytes  = 256 << 20
	maxSourceSide = 1 << 16 // formats stop at 65,535, but for PNG

	// hugePixels is where a picture is large enough to be decoded alone, so
	// that Workers files at a time do not need Workers times the memory.
	hugePixels = 1 << 24

	// maxPixelsPerByte is above what PNG (1-bit pixels, deflate's 1,032:1), GIF
	// (4,096 pixels in a 12-bit code) and JPEG (64 in two bits, by thinned
	// chroma fewer) can hold in a byte. A header that claims more lies.
	maxPixelsPerByte = 8448
)

// imageFormat is one kind of file. Decoders are named here rather than found
// in package image's registry, which other packages can add to.
type imageFormat struct {
	name   string
	magic  string // '?' stands for any byte
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	dense  bool // every pixel costs some of the file: maxPixelsPerByte holds
}

var imageFormats = []imageFormat{
	{"PNG", "\x89PNG\r\n\x1a\n", png.DecodeConfig, png.Decode, true},
	{"JPEG", "\xff\xd8\xff", jpeg.DecodeConfig, jpeg.Decode, true},
	{"GIF", "GIF8?a", gif.DecodeConfig, gif.Decode, true},
	{"WebP", "RIFF????WEBP", webp.DecodeConfig, webp.Decode, false},
}

func sniff(file []byte) (imageFormat, error) {
	for _, f := range imageFormats {
		if len(file) >= len(f.magic) && matches(file[:len(f.magic)], f.magic) {
			return f, nil
		}
	}
	if len(file) == 0 {
		return imageFormat{}, errors.New("the file is empty")
	}
	return imageFormat{}, errors.New("not a PNG, JPEG, GIF or WebP file, whatever its name")
}

func matches(b []byte, magic string) bool {
	for i, c := range b {
		if magic[i] != '?' && magic[i] != c {
			return false
		}
	}
	return true
}

// decodeImage decodes a whole file. canvas is the picture's full rectangle,
// which a GIF's first frame may not fill; turn is its EXIF orientation.
//
// The header's size is checked before anything of that size is allocated.
func decodeImage(file []byte, maxPixels int, huge *sync.Mutex) (img image.Image, canvas image.Rectangle, turn orientation, err error) {
	defer func() { // decoders read hostile input; none may bring the program down
		if v := recover(); v != nil {
			err = fmt.Errorf("the decoder panicked: %v", v)
		}
	}()
	format, err := sniff(file)
	if err != nil {
		return nil, canvas, upright, err
	}
	config, err := format.config(bytes.NewReader(file))
	if err != nil {
		return nil, canvas, upright, fmt.Errorf("%s header: %w", format.name, truncated(err))
	}
	w, h := config.Width, config.Height
	pixels := int64(w) * int64(h)
	switch {
	case w < 1 || h < 1:
		return nil, canvas, upright, fmt.Errorf("%s header: the picture is %d×%d, which has no pixels", format.name, w, h)
	case w > maxSourceSide || h > maxSourceSide:
		return nil, canvas, upright, fmt.Errorf("%s header: %d×%d is too long on one side, the limit is %d", format.name, w, h, maxSourceSide)
	case pixels > int64(maxPixels):
		return nil, canvas, upright, fmt.Errorf("%s header: %d×%d is more than the limit of %d pixels; raise MaxPixels if the file is to be trusted",
			format.name, w, h, maxPixels)
	case format.dense && pixels > maxPixelsPerByte*int64(len(file)):
		return nil, canvas, upright, fmt.Errorf("%s header: %d×%d cannot be in a file of %s; it is cut short or forged", format.name, w, h, count(len(file), "byte"))
	}
	if pixels > hugePixels {
		huge.Lock()
		defer huge.Unlock()
	}
	img, err = format.decode(bytes.NewReader(file))
	if err != nil {
		return nil, canvas, upright, fmt.Errorf("%s: %w", format.name, truncated(err))
	}
	canvas = img.Bounds()
	if format.name == "GIF" {
		canvas = image.Rect(0, 0, w, h)
	}
	if canvas.Empty() || int64(canvas.Dx())*int64(canvas.Dy()) > int64(maxPixels) {
		return nil, canvas, upright, fmt.Errorf("%s: the picture is %d×%d, its header said %d×%d", format.name, canvas.Dx(), canvas.Dy(), w, h)
	}
	if format.name == "JPEG" {
		turn = exifOrientation(file)
	}
	return img, canvas, turn, nil
}

// truncated says in words what a decoder means by an early end; some wrap
// io.ErrUnexpectedEOF's text only.
func truncated(err error) error {
	text := err.Error()
	if errors.Is(err, io.EOF) || strings.Contains(text, io.ErrUnexpectedEOF.Error()) || strings.Contains(text, "short Huffman data") {
		return fmt.Errorf("the file is cut short (%w)", err)
	}
	return err
}

// DecodeImage turns one PNG, JPEG, GIF (its first frame) or WebP file into
// channel-first values in [−1, 1], resized as o says.
//
// Shape: [channels, height, width].
// Errors: an unknown format, a broken or truncated file, a picture over the
// pixel limit, a size in o that is not positive.
func DecodeImage(r io.Reader, o ImageOptions) ([]float32, error) {
	o, err := o.normalised()
	if err != nil {
		return nil, err
	}
	var alone sync.Mutex
	bytes, err := readImage(r, o, &alone)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(bytes))
	toFloats(out, bytes, o.channels())
	return out, nil
}

// readImage reads and resizes one file to interleaved bytes.
func readImage(r io.Reader, o ImageOptions, huge *sync.Mutex) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxFileBytes {
		return nil, fmt.Errorf("the file is over the limit of %d MiB", maxFileBytes>>20)
	}
	img, canvas, turn, err := decodeImage(file, o.MaxPixels, huge)
	if err != nil {
		return nil, err
	}
	return prepare(img, canvas, turn, o)
}

// prepare resizes a decoded picture. Reading its pixels runs methods of the
// decoder's types, so panics are caught here too.
func prepare(img image.Image, canvas image.Rectangle, turn orientation, o ImageOptions) (out []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("reading the pixels panicked: %v", v)
		}
	}()
	w, h := o.Width, o.Height
	if turn.swapsSides() {
		w, h = h, w
	}
	out = turn.apply(resize(img, canvas, w, h, o), w, h)
	if o.Gray {
		out = toGray(out)
	}
	return out, nil
}

func readImageFS(fsys fs.FS, name string, o ImageOptions, huge *sync.Mutex) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readImage(f, o, huge)
}

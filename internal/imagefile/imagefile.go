// Package imagefile decodes picture files that nobody vouches for: PNG, JPEG,
// GIF, WebP and TIFF.
//
// A header is checked against what the file's bytes can hold, in its own format
// and depth, before memory is taken for it. Work that does not grow with the
// bytes, such as the scans of a progressive JPEG, is bounded too.
package imagefile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"strings"

	"github.com/org/artnn/internal/words"
)

// Extensions are the endings that names of pictures have, in lower case. What a
// file is, its first bytes decide.
var Extensions = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff"}

// mostSide is where formats stop, but for PNG and TIFF.
const mostSide = 1 << 16

// format is one kind of file. Decoders are named here rather than found in
// package image's registry, which other packages can add to.
type format struct {
	name   string
	magics []string // what files begin with; '?' stands for any byte
	config func(io.Reader) (image.Config, error)
	// check tells whether the bytes can hold a picture of that size. A file
	// that it cannot follow is left to the decoder, which goes no further.
	check  func(file []byte, w, h int) error
	decode func(context.Context, []byte) (Picture, error)
	turn   func([]byte) Orientation
}

var formats = []format{pngFormat, jpegFormat, gifFormat, webpFormat, tiffFormat}

// magicBytes is how many bytes tell the format.
const magicBytes = 12

func sniff(begin []byte) (*format, error) {
	for i := range formats {
		for _, magic := range formats[i].magics {
			if len(begin) >= len(magic) && matches(begin[:len(magic)], magic) {
				return &formats[i], nil
			}
		}
	}
	if len(begin) == 0 {
		return nil, errors.New("the file is empty")
	}
	return nil, errors.New("not a PNG, JPEG, GIF, WebP or TIFF file, whatever its name")
}

func matches(b []byte, magic string) bool {
	for i, c := range b {
		if magic[i] != '?' && magic[i] != c {
			return false
		}
	}
	return true
}

// Picture is what a file shows: of several frames or pages, the first.
type Picture struct {
	image.Image
	Canvas image.Rectangle // the whole picture, which a first frame may not fill
	Turn   Orientation     // how to turn it upright
}

// whole is a picture that fills its canvas.
func whole(m image.Image, err error) (Picture, error) {
	if err != nil {
		return Picture{}, err
	}
	return Picture{Image: m, Canvas: m.Bounds()}, nil
}

// File is a file whose header has been read and can be true.
type File struct {
	Width, Height int // as stored, before it is turned

	format *format
	bytes  []byte
}

// Open reads the header of a file.
//
// Errors: an unknown format; a damaged header; one that claims more than
// maxPixels, or more than the bytes can hold.
func Open(file []byte, maxPixels int) (f *File, err error) {
	defer recovered(&err)
	format, err := sniff(file)
	if err != nil {
		return nil, err
	}
	config, err := format.config(newReader(context.Background(), file))
	if err != nil {
		return nil, fmt.Errorf("%s header: %w", format.name, explained(err))
	}
	w, h := config.Width, config.Height
	switch {
	case w < 1 || h < 1:
		err = fmt.Errorf("the picture is %d×%d, which has no pixels", w, h)
	case w > mostSide || h > mostSide:
		err = fmt.Errorf("%d×%d is too long on one side, the limit is %d", w, h, mostSide)
	case int64(w)*int64(h) > int64(maxPixels):
		err = fmt.Errorf("%d×%d is more than the limit of %d pixels; save it smaller", w, h, maxPixels)
	default:
		err = format.check(file, w, h)
	}
	if err != nil {
		return nil, fmt.Errorf("%s header: %w", format.name, err)
	}
	return &File{Width: w, Height: h, format: format, bytes: file}, nil
}

// Pixels is the size of the picture.
func (f *File) Pixels() int64 { return int64(f.Width) * int64(f.Height) }

// Decode decodes the picture. When ctx ends, so does the decoder, at its next
// read.
func (f *File) Decode(ctx context.Context) (p Picture, err error) {
	defer recovered(&err)
	p, err = f.format.decode(ctx, f.bytes)
	switch {
	case ctx.Err() != nil:
		return Picture{}, ctx.Err()
	case err != nil:
		return Picture{}, fmt.Errorf("%s: %w", f.format.name, explained(err))
	}
	if c := p.Canvas; c.Dx() != f.Width || c.Dy() != f.Height {
		return Picture{}, fmt.Errorf("%s: the picture is %d×%d, its header said %d×%d", f.format.name, c.Dx(), c.Dy(), f.Width, f.Height)
	}
	if f.format.turn != nil {
		p.Turn = f.format.turn(f.bytes)
	}
	return p, nil
}

// mostHeader bounds what is read for a size: before it there may be colour
// profiles and small previews.
const mostHeader = 16 << 20

// Size reads no more of a file than tells its width and height, as stored. They
// are what the header claims.
func Size(r io.Reader) (width, height int, err error) {
	defer recovered(&err)
	buffered := bufio.NewReader(io.LimitReader(r, mostHeader))
	begin, err := buffered.Peek(magicBytes)
	if err != nil && len(begin) == 0 {
		return 0, 0, err
	}
	format, err := sniff(begin)
	if err != nil {
		return 0, 0, err
	}
	var source io.Reader = buffered
	if at, ok := r.(io.ReaderAt); ok { // TIFF's header may be anywhere
		source = struct {
			io.Reader
			io.ReaderAt
		}{buffered, at}
	}
	config, err := format.config(source)
	return config.Width, config.Height, err
}

// recovered makes an error of a panic: decoders read hostile input, and none may
// bring the program down.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = fmt.Errorf("the decoder panicked: %v", v)
	}
}

// explained says in words what a decoder means by an early end; some wrap
// io.ErrUnexpectedEOF's text only.
func explained(err error) error {
	text := err.Error()
	if errors.Is(err, io.EOF) || strings.Contains(text, io.ErrUnexpectedEOF.Error()) || strings.Contains(text, "short Huffman data") {
		return fmt.Errorf("the file is cut short (%w)", err)
	}
	return err
}

// forged is the error for a header that claims more than its file can hold.
func forged(file []byte, w, h int) error {
	return fmt.Errorf("%d×%d cannot be in a file of %s; it is cut short or forged", w, h, words.Count(len(file), "byte"))
}

// Formats that store a plain area in no bytes at all (WebP without loss, fax)
// hold any size in any file. What is larger than plainPixels has to be worth
// its memory: there, a byte stands for at most plainPixelsPerByte, more than a
// page of text or a drawing needs.
const (
	plainPixels        = 1 << 22
	plainPixelsPerByte = 4096
)

func checkPlain(file []byte, w, h int) error {
	if int64(w)*int64(h) > plainPixels+plainPixelsPerByte*int64(len(file)) {
		return fmt.Errorf("%d×%d in a file of %s is a plain area or forged; save it smaller", w, h, words.Count(len(file), "byte"))
	}
	return nil
}

// pieceBytes is how much a decoder gets in one read. In so few bytes no format
// can ask for a second of work: a progressive JPEG for about eight scans.
const pieceBytes = 256

// reader hands out a file in pieces until its context ends.
type reader struct {
	ctx  context.Context
	file []byte
	at   int
}

func newReader(ctx context.Context, file []byte) *reader { return &reader{ctx: ctx, file: file} }

// Read is [io.Reader]'s.
func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.at == len(r.file) {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), pieceBytes)], r.file[r.at:])
	r.at += n
	return n, nil
}

// ReadAt is [io.ReaderAt]'s.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if off < 0 || off > int64(len(r.file)) {
		return 0, io.EOF
	}
	n := copy(p, r.file[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

package data

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/org/artnn/internal/imagefile"
)

const (
	maxFileBytes = 256 << 20

	// hugePixels is where a picture is large enough to be decoded alone, so
	// that Workers files at a time do not need Workers times the memory.
	hugePixels = 1 << 24
)

var errFileSize = fmt.Errorf("the file is over the limit of %d MiB", maxFileBytes>>20)

// DecodeImage turns one PNG, JPEG, GIF, WebP or TIFF file into channel-first
// values in [−1, 1], upright and resized as o says. Of several frames or pages it
// is the first.
//
// Shape: [channels, height, width].
// Errors: an unknown format, a broken or truncated file, one that claims more than
// its bytes can hold, a picture over the pixel limit, a size in o that is not
// positive.
func DecodeImage(r io.Reader, o ImageOptions) ([]float32, error) {
	o, err := o.normalised()
	if err != nil {
		return nil, err
	}
	var alone sync.Mutex
	bytes, err := readImage(context.Background(), r, o, &alone)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(bytes))
	toFloats(out, bytes, o.channels())
	return out, nil
}

// readImage reads and resizes one file to interleaved bytes.
func readImage(ctx context.Context, r io.Reader, o ImageOptions, huge *sync.Mutex) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxFileBytes {
		return nil, errFileSize
	}
	f, err := imagefile.Open(file, o.MaxPixels)
	if err != nil {
		return nil, err
	}
	return within(ctx, func() ([]byte, error) {
		if f.Pixels() > hugePixels {
			huge.Lock()
			defer huge.Unlock()
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p, err := f.Decode(ctx)
		if err != nil {
			return nil, err
		}
		return prepare(p, o)
	})
}

// within returns what f does, or ctx's error as soon as ctx ends: a large picture
// that has been read whole takes seconds to make. What f then still does is lost.
func within(ctx context.Context, f func() ([]byte, error)) ([]byte, error) {
	if ctx.Done() == nil {
		return f()
	}
	type result struct {
		bytes []byte
		err   error
	}
	done := make(chan result, 1)
	go func() {
		bytes, err := f()
		done <- result{bytes, err}
	}()
	select {
	case r := <-done:
		return r.bytes, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// prepare resizes a decoded picture. Reading its pixels runs methods of the
// decoder's types, so panics are caught here too.
func prepare(p imagefile.Picture, o ImageOptions) (out []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("reading the pixels panicked: %v", v)
		}
	}()
	w, h := o.Width, o.Height
	if p.Turn.SwapsSides() {
		w, h = h, w
	}
	out = p.Turn.Apply(resize(p.Image, p.Canvas, w, h, o), 3, w, h)
	if o.Gray {
		out = toGray(out)
	}
	return out, nil
}

func readImageFS(ctx context.Context, fsys fs.FS, name string, o ImageOptions, huge *sync.Mutex) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFileBytes { // without reading as much
		return nil, errFileSize
	}
	return readImage(ctx, f, o, huge)
}

package imagefile

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// endsAfter is a context that is cancelled once it has been asked a number of
// times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// A decoder stops at its next read, in every format, and asks for more than
// pieceBytes in none.
func TestDecodeStopsWithItsContext(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	for _, name := range files {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		f, err := Open(file, 1<<26)
		if filepath.Ext(name) == ".py" {
			assert.Error(t, err)
			continue
		}
		require.NoError(t, err, name)
		for after := range 3 {
			_, err = f.Decode(&endsAfter{context.Background(), after})
			if len(file) > 4*pieceBytes || after == 0 {
				assert.ErrorIs(t, err, context.Canceled, "%s after %d", name, after)
			}
		}
	}
}

// The longest that a JPEG can go without a read is a scan or some of all blocks:
// far below a second.
func TestManyScansAreCancelled(t *testing.T) {
	f := &File{Width: 4000, Height: 4000, format: &jpegFormat, bytes: manyScans(4000, 500)}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err := f.Decode(ctx)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Less(t, time.Since(begin), time.Second)
}

// Size reads the header alone, whatever the reader gives at a time.
func TestSize(t *testing.T) {
	for name, want := range map[string][2]int{
		"rgb16.png": {37, 23}, "rgb.jpg": {37, 23}, "palette-clear.gif": {37, 23},
		"lossy.webp": {37, 23}, "animated-lossy.webp": {37, 23}, "plain-lzw.tif": {1024, 1024},
	} {
		for _, r := range []io.Reader{bytes.NewReader(testdata(t, name)), iotest.OneByteReader(bytes.NewReader(testdata(t, name)))} {
			w, h, err := Size(r)
			require.NoError(t, err, name)
			assert.Equal(t, want, [2]int{w, h}, name)
		}
	}
	far := &zeros{begin: "II*\x00\x00\x00\x00\x40"} // its header is a GiB away
	for _, r := range []io.Reader{far, struct{ io.Reader }{far}} {
		*far = zeros{begin: far.begin}
		_, _, err := Size(r)
		assert.Error(t, err)
		assert.LessOrEqual(t, far.read, mostHeader)
	}
	for _, file := range []string{"", "II*", "\x89PNG\r\n\x1a\n", "GIF89a", "text"} {
		_, _, err := Size(bytes.NewReader([]byte(file)))
		assert.Error(t, err, "%q", file)
	}
}

// zeros is a file without end that counts what is read of it.
type zeros struct {
	begin string
	read  int
}

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	if z.read == 0 {
		copy(p, z.begin)
	}
	z.read += len(p)
	return len(p), nil
}

func (z *zeros) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off == 0 {
		copy(p, z.begin)
	}
	z.read += len(p)
	return len(p), nil
}

// Whatever is wrong with a note, the picture comes through as stored.
func TestDamagedNotes(t *testing.T) {
	for name, at := range map[string]int{"exif.jpg": 2, "exif.png": 33, "exif.webp": 12} {
		file := testdata(t, name)
		read := map[string]func([]byte) Orientation{"exif.jpg": jpegOrientation, "exif.png": pngOrientation, "exif.webp": webpFormat.turn}[name]
		require.Equal(t, Orientation(6), read(file), name)
		for cut := range len(file) {
			read(file[:cut]) // must not panic
		}
		for ; at < len(file); at++ {
			for _, b := range []byte{0x00, 0x7f, 0xff} {
				damaged := with(file, at, b)
				if got := read(damaged); got < 1 || got > 8 {
					t.Errorf("%s: byte %d set to %#x: orientation %d", name, at, b, got)
				}
			}
		}
		assert.Equal(t, Upright, read(nil), name)
	}
	note := bytes.Index(testdata(t, "exif.png"), []byte("II*\x00"))
	if note < 0 {
		note = bytes.Index(testdata(t, "exif.png"), []byte("MM\x00*"))
	}
	require.Positive(t, note)
	for _, value := range []byte{0, 9, 255} {
		file := testdata(t, "exif.png")[note:]
		d, _ := readDirectory(file)
		at := bytes.Index(d.entries, []byte{0x12, 0x01})
		if at < 0 {
			at = bytes.Index(d.entries, []byte{0x01, 0x12})
		}
		require.Zero(t, at%entryBytes)
		damaged := bytes.Clone(file)
		wrong, _ := readDirectory(damaged)
		wrong.order.PutUint16(wrong.entries[at+8:], uint16(value))
		assert.Equal(t, Upright, exifOrientation(damaged), "value %d", value)
	}
}

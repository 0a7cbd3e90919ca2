package utf8text

import (
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// claims is a file that says that it has so many bytes.
type claims struct {
	io.Reader
	fs.FileInfo
	size int64
	mode fs.FileMode
}

func (c claims) Stat() (fs.FileInfo, error) { return c, nil }
func (c claims) Size() int64                { return c.size }
func (c claims) Mode() fs.FileMode          { return c.mode }

// endless gives one byte for ever, and fails the test after so many.
type endless struct {
	t    *testing.T
	b    byte
	most int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.most -= len(p); e.most < 0 {
		e.t.Error("it is read on and on")
		return 0, io.ErrUnexpectedEOF
	}
	for i := range p {
		p[i] = e.b
	}
	return len(p), nil
}

// The size of a file is looked at before it is read; what has no size is read only
// as far as it takes to know that it is too much or no text.
func TestBounds(t *testing.T) {
	_, err := Read(claims{Reader: &endless{t, 'x', 0}, size: MaxBytes + 1})
	assert.EqualError(t, err, "the text is over 1 GiB; train on a part of it")
	_, err = ReadUpTo(claims{Reader: &endless{t, 'x', 1 << 22}, size: 0, mode: fs.ModeNamedPipe}, 3<<20)
	assert.EqualError(t, err, "with the texts before it, it is over 1 GiB; train on a part of them")
	_, err = Read(&endless{t, 0, 4 << 20})
	assert.ErrorContains(t, err, "a zero byte at byte 0")

	long := strings.Repeat("a line\n", 500_000)
	file := fstest.MapFS{"long.txt": &fstest.MapFile{Data: []byte(long)}}
	f, err := file.Open("long.txt")
	require.NoError(t, err)
	text, err := Read(f)
	require.NoError(t, err)
	assert.True(t, text == long)
	_, err = ReadUpTo(strings.NewReader(long), int64(len(long)-1))
	assert.ErrorContains(t, err, "it is over 1 GiB")
	text, err = ReadUpTo(strings.NewReader(long), int64(len(long)))
	require.NoError(t, err)
	assert.True(t, text == long)
	// A file in /proc says that it has none, and has some; one may grow while it is read.
	text, err = Read(claims{Reader: strings.NewReader("more"), size: 0})
	require.NoError(t, err)
	assert.Equal(t, "more", text)
}

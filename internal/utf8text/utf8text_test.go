package utf8text

import (
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"unicode"
	"unicode/utf8"

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

// pieces reads a text to its end.
func pieces(r io.Reader, clean bool) (list []string, notes Notes, err error) {
	in := NewReader(r, clean, &notes)
	for {
		piece, err := in.Next()
		if err == io.EOF {
			return list, notes, nil
		}
		if err != nil {
			return list, notes, err
		}
		list = append(list, piece)
	}
}

// Pieces depend on the text alone, are cut where no word or run of white space is, and
// are the whole text together.
func TestPieces(t *testing.T) {
	words := strings.Repeat("some words,\r\n \t and 明月 more\u00a0\n\n", 20_000)
	for name, c := range map[string]struct {
		text string
		cuts bool // there is where to cut
	}{
		"words": {words, true}, "no spaces": {strings.Repeat("明月", 100_000), false}, "short": {"a", false},
		"only line ends at the end": {"a" + strings.Repeat("\r\n", 100_000), false},
		"a long word":               {strings.Repeat("a", block-1) + "\r\n" + strings.Repeat("b", 10), true},
	} {
		list, _, err := pieces(strings.NewReader(c.text), false)
		require.NoError(t, err, name)
		assert.True(t, strings.Join(list, "") == strings.ReplaceAll(c.text, "\r\n", "\n"), name)
		slowly, _, err := pieces(iotest.HalfReader(strings.NewReader(c.text)), false)
		require.NoError(t, err, name)
		assert.True(t, slices.Equal(list, slowly), name)
		for i, p := range list[:len(list)-1] {
			assert.LessOrEqual(t, len(p), block, name)
			assert.True(t, utf8.ValidString(p), name)
			if c.cuts {
				last, _ := utf8.DecodeLastRuneInString(p)
				assert.False(t, unicode.IsSpace(last), "%s: piece %d ends with %q", name, i, last)
				assert.Contains(t, " \n\t", list[i+1][:1], name)
			}
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]struct {
		text string
		Notes
	}{
		"\ufeffa\r\nb\rc\n":             {"a\nb\nc\n", Notes{Marks: 1, LineEnds: 2}},
		"a\x00b\x07\x7f\u0085c\x1b[0m":  {"abc[0m", Notes{Controls: 5}},
		"page\fnext\v":                  {"page\nnext\n", Notes{Controls: 2}},
		"soft\u00adly \ufeffjoined":     {"softly joined", Notes{SoftHyphens: 1, Controls: 1}},
		"a\xffb\xe6\x9cc":               {"abc", Notes{Broken: 3}},
		"\n\n\n\na\n\n\n\nb\n\nc\n\n\n": {"\na\n\nb\n\nc\n\n", Notes{BlankLines: 6}},
		"é ü 明月\u200b\t.":               {"é ü 明月\u200b\t.", Notes{}},
	} {
		list, notes, err := pieces(strings.NewReader(in), true)
		require.NoError(t, err, "%q", in)
		assert.Equal(t, want.text, strings.Join(list, ""), "%q", in)
		assert.Equal(t, want.Notes, notes, "%q", in)
		again, notes, err := pieces(strings.NewReader(want.text), true)
		require.NoError(t, err)
		assert.Equal(t, want.text, strings.Join(again, ""), "what is clean stays")
		assert.Zero(t, notes)
	}
	// Blank lines are repeated across pieces, too.
	long := strings.Repeat("a", block-1) + "\n\n\n\n\nb"
	list, notes, err := pieces(strings.NewReader(long), true)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("a", block-1)+"\n\nb", strings.Join(list, ""))
	assert.Equal(t, 3, notes.BlankLines)
}

// What is no text is not cleaned until something is left. Line ends are changed in any
// text; the rest is counted and left.
func TestNotCleaned(t *testing.T) {
	gbk := strings.Repeat("\xc3\xf7\xd4\xc2 ", 1000)
	_, _, err := pieces(strings.NewReader(gbk), true)
	assert.ErrorContains(t, err, "bytes are not UTF-8, too many to be left out: not UTF-8: 0xc3 at byte 0 (line 1)")
	_, _, err = pieces(strings.NewReader(strings.Repeat("a\x00", 1000)), true)
	assert.ErrorContains(t, err, "too many to be left out: a zero byte at byte 1")
	_, _, err = pieces(strings.NewReader(strings.Repeat("明月\n", block)+"\xff"), false)
	assert.ErrorContains(t, err, "not UTF-8: 0xff at byte 458752 (line 65537)")
	_, _, err = pieces(strings.NewReader("\x01\xad"), true)
	assert.ErrorIs(t, err, ErrNoText)

	text := "a\x07\u00ad\ufeff\n\n\n\nb"
	list, notes, err := pieces(strings.NewReader(text), false)
	require.NoError(t, err)
	assert.Equal(t, text, strings.Join(list, ""))
	assert.Equal(t, Notes{Controls: 2, SoftHyphens: 1}, notes)
	assert.Equal(t, []string{"2 control characters", "1 soft hyphen"}, notes.List())
	assert.Equal(t, []string{"2,000 invalid UTF-8 bytes"}, Notes{Broken: 2000}.List())
}

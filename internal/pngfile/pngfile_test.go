package pngfile

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encoded(t testing.TB) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 3, 2))))
	return b.Bytes()
}

// with is a file with texts, written in pieces of some bytes.
func with(t testing.TB, file []byte, texts []Text, piece int) []byte {
	t.Helper()
	chunks, err := Encode(texts)
	require.NoError(t, err)
	var b bytes.Buffer
	w := Insert(&b, chunks)
	for part := range slices.Chunk(file, piece) {
		n, err := w.Write(part)
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	return b.Bytes()
}

func TestTexts(t *testing.T) {
	texts := []Text{{"Software", "a program"}, {"Title", "臉 \u00e9 and\ttabs"}, {"Empty", ""}, {"Comment", "two\nlines"}}
	plain := encoded(t)
	file := with(t, plain, texts, len(plain))
	for piece := 1; piece < 50; piece++ {
		assert.Equal(t, file, with(t, plain, texts, piece))
	}
	assert.Equal(t, texts, Texts(file))
	assert.Empty(t, Texts(plain))
	m, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err, "checksums are right")
	assert.Equal(t, image.Pt(3, 2), m.Bounds().Max)
	var kinds []string
	Chunks(file, func(kind string, _ []byte) bool { kinds = append(kinds, kind); return true })
	assert.Equal(t, []string{"IHDR", "tEXt", "iTXt", "tEXt", "tEXt", "IDAT", "IEND"}, kinds)
	assert.Equal(t, plain, with(t, plain, nil, 7))

	if tool, err := exec.LookPath("pngcheck"); err == nil { // where it is installed, an independent reader agrees
		path := filepath.Join(t.TempDir(), "a.png")
		require.NoError(t, os.WriteFile(path, file, 0o666))
		out, err := exec.Command(tool, "-q", path).CombinedOutput()
		assert.NoError(t, err, "%s", out)
	}
}

// What other programs write: Latin-1, compressed texts, damage.
func TestTextsOfOthers(t *testing.T) {
	file := encoded(t)[:headerBytes]
	file = Append(file, "tEXt", []byte("Author\x00Jos\xe9"))
	file = Append(file, "zTXt", []byte("Long\x00\x00packed"))
	file = Append(file, "iTXt", []byte("Long\x00\x01\x00\x00\x00packed"))
	file = Append(file, "iTXt", []byte("Title\x00\x00\x00fr\x00Titre\x00d'\xc3\xa9t\xc3\xa9"))
	file = Append(file, "iTXt", []byte("Cut\x00\x00"))
	file = Append(file, "iTXt", []byte("Cut\x00\x00\x00no more zeros"))
	file = Append(file, "tEXt", []byte("no zero"))
	file = Append(file, "tEXt", []byte("\x00no keyword"))
	want := []Text{{"Author", "José"}, {"Title", "d'été"}}
	assert.Equal(t, want, Texts(file))
	for n := range file {
		assert.LessOrEqual(t, len(Texts(file[:n])), 4) // and does not panic
	}
}

func TestTextsThatCannotBe(t *testing.T) {
	for want, text := range map[string]Text{
		`keyword ""`:         {"", "a"},
		`keyword " a"`:       {" a", "a"},
		`keyword "a\nb"`:     {"a\nb", "a"},
		`keyword "é"`:        {"é", "a"},
		`keyword "aaaaaaaaa`: {strings.Repeat("a", 80), "a"},
		"zero bytes":         {"a", "b\x00c"},
		"must be UTF-8":      {"a", "\xff"},
	} {
		_, err := Encode([]Text{text})
		assert.ErrorContains(t, err, want)
	}
}

func FuzzTexts(f *testing.F) {
	f.Add(with(f, encoded(f), []Text{{"Title", "臉"}, {"Software", "b"}}, 100))
	f.Fuzz(func(t *testing.T, file []byte) {
		total := 0
		for _, x := range Texts(file) {
			total += len(x.Text)
		}
		assert.LessOrEqual(t, total, 2*len(file)) // Latin-1 grows to two bytes
	})
}

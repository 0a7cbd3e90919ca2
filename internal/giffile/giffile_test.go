package giffile

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/pngfile"
)

// animation is a GIF of n pictures with a palette of some colours.
func animation(t testing.TB, n, colours int, insert []byte, step int) []byte {
	palette := make(color.Palette, colours)
	for i := range palette {
		palette[i] = color.RGBA{byte(i), 0, 0, 255}
	}
	g := &gif.GIF{Config: image.Config{ColorModel: palette, Width: 2, Height: 3}}
	for range n {
		g.Image, g.Delay = append(g.Image, image.NewPaletted(image.Rect(0, 0, 2, 3), palette)), append(g.Delay, 5)
	}
	var whole, out bytes.Buffer
	require.NoError(t, gif.EncodeAll(&whole, g))
	w := Insert(&out, insert)
	for whole.Len() > 0 { // however it is written
		n, err := w.Write(whole.Next(step))
		require.NoError(t, err)
		require.Positive(t, n)
	}
	return out.Bytes()
}

func TestTexts(t *testing.T) {
	want := []pngfile.Text{{Keyword: "Software", Text: "a program"}, {Keyword: "Title", Text: "臉: two"}, {Keyword: "Empty"}, {Keyword: "long", Text: strings.Repeat("0123456789", 100)}}
	blocks, err := Encode(want)
	require.NoError(t, err)
	for _, pictures := range []int{1, 3} {
		for _, colours := range []int{2, 5, 256} {
			for _, step := range []int{1, 7, 1 << 20} {
				file := animation(t, pictures, colours, blocks, step)
				got, err := Texts(iotest.OneByteReader(bytes.NewReader(file)))
				require.NoError(t, err)
				assert.Equal(t, want, got)
				g, err := gif.DecodeAll(bytes.NewReader(file))
				require.NoError(t, err)
				assert.Len(t, g.Image, pictures)
				if at := screenBytes + paletteBytes(file[10]); pictures > 1 {
					assert.Zero(t, g.LoopCount)
					assert.Equal(t, "NETSCAPE2.0", string(file[at+3:at+14]), "stands first")
				}
			}
		}
	}
	plain := animation(t, 2, 4, nil, 9)
	got, err := Texts(bytes.NewReader(plain))
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestTextsOfOtherPrograms(t *testing.T) {
	file := func(comments ...string) []byte {
		var blocks []byte
		for _, c := range comments {
			blocks = append(append(append(blocks, extension, comment, byte(len(c))), c...), 0)
		}
		return animation(t, 2, 4, blocks, 1000)
	}
	got, err := Texts(bytes.NewReader(file("Created with GIMP", "latin \xe9", "Author: me", " : none")))
	require.NoError(t, err)
	assert.Equal(t, []pngfile.Text{{Keyword: "Comment", Text: "Created with GIMP"}, {Keyword: "Author", Text: "me"}, {Keyword: "Comment", Text: " : none"}}, got)

	whole := file("Author: me")
	at := bytes.Index(whole, []byte{0x2c})
	for n := range at {
		_, err := Texts(bytes.NewReader(whole[:n]))
		assert.Error(t, err, n)
	}
	endless := append(whole[:screenBytes+3*4:screenBytes+3*4], bytes.Repeat([]byte{extension, comment, 1, 'a', 0}, mostRead/5)...)
	_, err = Texts(bytes.NewReader(endless))
	assert.ErrorContains(t, err, "more than a megabyte")
	_, err = Texts(strings.NewReader(pngfile.Magic + "123456789"))
	assert.ErrorContains(t, err, "not a GIF")
}

func TestWhatIsNoText(t *testing.T) {
	for _, text := range []pngfile.Text{{Keyword: "", Text: "x"}, {Keyword: "a: b"}, {Keyword: "a", Text: "\x00"}, {Keyword: "a", Text: "\xff"}} {
		_, err := Encode([]pngfile.Text{text})
		assert.Error(t, err)
	}
}

// Another program shows the comments and plays the file, where it is installed.
func TestOthersReadIt(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import PIL").Run() != nil {
		t.Skip("needs Python with Pillow")
	}
	blocks, err := Encode([]pngfile.Text{{Keyword: "long", Text: strings.Repeat("0123456789", 60)}})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "a.gif")
	require.NoError(t, os.WriteFile(path, animation(t, 3, 16, blocks, 1000), 0o666))
	out, err := exec.Command(python, "-c", "import sys; from PIL import Image; m = Image.open(sys.argv[1]); print(m.n_frames, m.info['loop'], m.info['comment'].decode())", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "3 0 long: "+strings.Repeat("0123456789", 60)+"\n", string(out))
}

func FuzzTexts(f *testing.F) {
	f.Add(animation(f, 2, 4, []byte{extension, comment, 2, 'a', 'b', 0}, 1000))
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, file []byte) {
		texts, err := Texts(bytes.NewReader(file))
		if err != nil {
			return
		}
		for _, text := range texts {
			require.NotEmpty(t, text.Keyword)
		}
	})
}

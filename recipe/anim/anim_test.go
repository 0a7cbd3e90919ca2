package anim

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/internal/pngfile"
)

func flat(side int, c color.Color) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			m.Set(x, y, c)
		}
	}
	return m
}

func TestFewColoursStayExact(t *testing.T) {
	want := []color.RGBA{{255, 0, 0, 255}, {1, 2, 3, 255}, {1, 2, 200, 255}, {250, 251, 252, 255}}
	var pictures []image.Image
	for _, c := range want {
		pictures = append(pictures, flat(3, c))
	}
	palette := Palette(pictures, 256)
	require.Len(t, palette, len(want))
	for _, c := range want {
		assert.Contains(t, palette, color.Color(c))
	}
}

// A ramp of all grays in 16 colours: an even spacing of 16 has a mean squared
// error of 16²/12 ≈ 21; median cut comes close to it.
func TestPaletteIsNearTheBestForARamp(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 256, 1))
	for x := range 256 {
		m.SetGray(x, 0, color.Gray{uint8(x)})
	}
	palette := Palette([]image.Image{m}, 16)
	require.Len(t, palette, 16)
	var sum float64
	for x := range 256 {
		r, _, _, _ := palette.Convert(color.Gray{uint8(x)}).RGBA()
		sum += math.Pow(float64(r>>8)-float64(x), 2)
	}
	assert.Less(t, sum/256, 25.0)
}

func TestAnimation(t *testing.T) {
	faces := samples.Faces()
	var pictures []image.Image
	for i := range 4 {
		pictures = append(pictures, faces.Image(i))
	}
	var b bytes.Buffer
	require.NoError(t, WriteGIF(t.Context(), &b, pictures, Options{Delay: 50 * time.Millisecond, Back: true}))
	got, err := gif.DecodeAll(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Len(t, got.Image, 6, "there and back, without the ends twice")
	assert.Zero(t, got.LoopCount, "for ever")
	assert.Equal(t, []int{5, 5, 5, 5, 5, 5}, got.Delay)
	assert.Equal(t, got.Image[2].Pix, got.Image[4].Pix)
	for i, m := range pictures {
		assert.Less(t, rootMeanSquare(m, got.Image[i]), 4.0, "picture %d keeps its colours", i)
	}
	var again bytes.Buffer
	require.NoError(t, WriteGIF(t.Context(), &again, pictures, Options{Delay: 50 * time.Millisecond, Back: true}))
	assert.Equal(t, b.Bytes(), again.Bytes())
}

func rootMeanSquare(a, b image.Image) float64 {
	var sum, n float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.RGBAModel.Convert(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(x, y)).(color.RGBA)
			for _, d := range []float64{float64(p.R) - float64(q.R), float64(p.G) - float64(q.G), float64(p.B) - float64(q.B)} {
				sum, n = sum+d*d, n+1
			}
		}
	}
	return math.Sqrt(sum / n)
}

// An APNG keeps every colour of every picture, opaque or not, and an independent
// reader sees them.
func TestAPNG(t *testing.T) {
	faces := samples.Faces()
	clear := image.NewNRGBA(image.Rect(0, 0, 16, 16))
	clear.SetNRGBA(3, 4, color.NRGBA{1, 2, 3, 77})
	for name, last := range map[string]image.Image{"opaque": faces.Image(9), "with alpha": clear, "of another origin": moved(faces.Image(7))} {
		pictures := []image.Image{faces.Image(0), faces.Image(1), last}
		var b bytes.Buffer
		texts := []data.PNGText{{Keyword: "Comment", Text: "three"}}
		require.NoError(t, WriteAPNG(t.Context(), &b, pictures, Options{Delay: 50 * time.Millisecond, Last: 2 * time.Second, Back: true, Texts: texts}))
		first, err := png.Decode(bytes.NewReader(b.Bytes()))
		require.NoError(t, err, "any program shows the first")
		assert.Zero(t, rootMeanSquare(pictures[0], first))
		assert.Equal(t, []pngfile.Text{{Keyword: "Comment", Text: "three"}}, pngfile.Texts(b.Bytes()))
		stills, delays := unpacked(t, b.Bytes())
		require.Len(t, stills, 4, "there and back, without the ends twice")
		assert.Equal(t, [][2]int{{50, 1000}, {50, 1000}, {2000, 1000}, {50, 1000}}, delays)
		for i, of := range []int{0, 1, 2, 1} {
			for y := range 16 {
				for x := range 16 {
					m := pictures[of]
					want := color.NRGBAModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y))
					require.Equal(t, want, color.NRGBAModel.Convert(stills[i].At(x, y)), "%s: picture %d", name, i)
				}
			}
		}
		played(t, b.Bytes(), 4)
	}
	assert.Equal(t, []byte{0xea, 0x60, 3, 0xe8}, delay(time.Minute))
	assert.Equal(t, []byte{0x23, 0x28, 0, 100}, delay(90*time.Second))
}

// moved is a picture whose top left is elsewhere.
func moved(m image.Image) image.Image {
	out := image.NewRGBA(image.Rect(5, -3, 21, 13))
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}

// unpacked are the frames of an APNG, each as a PNG of its own, and their delays as
// fractions of a second. It checks the order of chunks and their numbers.
func unpacked(t *testing.T, file []byte) (stills []image.Image, delays [][2]int) {
	var header, codes []byte
	sequence, frames := uint32(0), 0
	flush := func() {
		if codes == nil {
			return
		}
		one := pngfile.Append([]byte(pngfile.Magic), "IHDR", header)
		one = pngfile.Append(pngfile.Append(one, "IDAT", codes), "IEND", nil)
		m, err := png.Decode(bytes.NewReader(one))
		require.NoError(t, err)
		stills, codes = append(stills, m), nil
	}
	number := func(body []byte) {
		require.Equal(t, sequence, binary.BigEndian.Uint32(body))
		sequence++
	}
	pngfile.Chunks(file, func(kind string, body []byte) bool {
		switch kind {
		case "IHDR":
			header = body
		case "acTL":
			require.Zero(t, sequence)
			frames = int(binary.BigEndian.Uint32(body))
			require.Zero(t, binary.BigEndian.Uint32(body[4:]), "for ever")
		case "fcTL":
			flush()
			number(body)
			require.Equal(t, header[:8], body[4:12])
			require.Equal(t, make([]byte, 8), body[12:20])
			delays = append(delays, [2]int{int(binary.BigEndian.Uint16(body[20:])), int(binary.BigEndian.Uint16(body[22:]))})
		case "IDAT":
			codes = append(codes, body...)
		case "fdAT":
			number(body)
			codes = append(codes, body[4:]...)
		}
		return true
	})
	flush()
	require.Len(t, stills, frames)
	return stills, delays
}

// played holds that other programs read an animation, where they are installed.
func played(t *testing.T, file []byte, frames int) {
	path := filepath.Join(t.TempDir(), "a.apng")
	require.NoError(t, os.WriteFile(path, file, 0o666))
	if tool, err := exec.LookPath("pngcheck"); err == nil {
		out, err := exec.Command(tool, "-q", path).CombinedOutput()
		assert.NoError(t, err, "%s", out)
	}
	if tool, err := exec.LookPath("ffprobe"); err == nil {
		out, err := exec.Command(tool, "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path).CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Equal(t, fmt.Sprint(frames), strings.TrimSpace(string(out)))
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	pictures := []image.Image{flat(2, color.Black), flat(2, color.White)}
	for _, ext := range []string{".gif", ".APNG"} {
		require.NoError(t, Save(t.Context(), filepath.Join(dir, "a"+ext), pictures, Options{Delay: time.Second}))
	}
	assert.EqualError(t, Save(t.Context(), "a.mp4", pictures, Options{}), "a.mp4: an animation's file must end in .apng or .gif")
	texts := []data.PNGText{{Keyword: "Software", Text: "a test"}, {Keyword: "Title", Text: "點: a dot"}}
	for _, ext := range Extensions() {
		path := filepath.Join(dir, "texts"+ext)
		require.NoError(t, Save(t.Context(), path, pictures, Options{Texts: texts}))
		got, err := ReadTexts(path)
		require.NoError(t, err)
		assert.Equal(t, texts, got)
	}
	for name, text := range map[string]string{"cut.gif": "GIF89a", "none": "GIF", "empty": ""} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		_, err := ReadTexts(path)
		assert.ErrorContains(t, err, path+": not a ")
	}
	_, err := ReadTexts("none")
	assert.ErrorIs(t, err, os.ErrNotExist)
	for name, magic := range map[string]string{"a.gif": "GIF89a", "a.APNG": pngfile.Magic} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(file), magic))
	}
}

// A long animation can be given up: nothing is left of it.
func TestSaveIsGivenUp(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	for _, ext := range Extensions() {
		path := filepath.Join(t.TempDir(), "a"+ext)
		assert.ErrorIs(t, Save(ended, path, []image.Image{flat(2, color.Black), flat(2, color.White)}, Options{}), context.Canceled)
		assert.NoFileExists(t, path)
	}
}

func TestPicturesThatDoNotFit(t *testing.T) {
	for _, write := range formats {
		assert.ErrorContains(t, write(t.Context(), &bytes.Buffer{}, nil, Options{}), "no pictures")
		assert.ErrorContains(t, write(t.Context(), &bytes.Buffer{}, []image.Image{flat(2, color.Black), flat(3, color.Black)}, Options{}), "not of one size")
		assert.ErrorContains(t, write(t.Context(), &bytes.Buffer{}, []image.Image{flat(0, color.Black)}, Options{}), "empty")
	}
	for _, write := range formats {
		assert.ErrorContains(t, write(t.Context(), &bytes.Buffer{}, []image.Image{flat(2, color.Black)}, Options{Texts: []data.PNGText{{}}}), "keyword")
	}
}

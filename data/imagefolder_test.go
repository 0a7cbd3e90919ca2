package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/org/artnn/internal/picture"
)

// flat is a picture of one colour.
func flat(w, h int, c color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.Set(x, y, c)
		}
	}
	return m
}

func encode(t testing.TB, format string, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, &jpeg.Options{Quality: 95})
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writeFiles makes a folder of the given files.
func writeFiles(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var red, blue = color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}

// sampleFolder has pictures of every kind, in and out of subfolders, among
// files that are none.
func sampleFolder(t testing.TB) map[string][]byte {
	webp, err := os.ReadFile("testdata/lossless.webp")
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"cats/b.PNG":       encode(t, "png", flat(40, 20, red)),
		"cats/deep/a.gif":  encode(t, "gif", flat(9, 9, red)),
		"dogs/a.jpeg":      encode(t, "jpeg", flat(20, 40, blue)),
		"dogs/really.jpg":  encode(t, "png", flat(5, 5, blue)), // a PNG by another name
		"top.webp":         webp,
		"notes.txt":        []byte("not a picture"),
		"cats/.hidden.png": encode(t, "png", flat(5, 5, red)),
		".git/x.png":       encode(t, "png", flat(5, 5, red)),
		"__MACOSX/._b.png": []byte("a macOS note"),
	}
}

func TestLoadImages(t *testing.T) {
	dir := writeFiles(t, sampleFolder(t))
	var progress []int
	m, err := LoadImages(context.Background(), dir, ImageOptions{Size: 8, Progress: func(done, total int) {
		if total != 5 {
			t.Errorf("progress of %d files, want 5", total)
		}
		progress = append(progress, done)
	}})
	if err != nil {
		t.Fatal(err)
	}
	wantFiles := []string{"cats/b.PNG", "cats/deep/a.gif", "dogs/a.jpeg", "dogs/really.jpg", "top.webp"}
	if !slices.Equal(m.Files, wantFiles) {
		t.Errorf("files %v, want %v", m.Files, wantFiles)
	}
	if want := []string{"cats", "dogs", ""}; !slices.Equal(m.Classes, want) {
		t.Errorf("classes %q, want %q", m.Classes, want)
	}
	if want := []int32{0, 0, 1, 1, 2}; !slices.Equal(m.Labels, want) {
		t.Errorf("labels %v, want %v", m.Labels, want)
	}
	if len(m.Skipped) != 0 || m.Ignored != 1 {
		t.Errorf("skipped %v, ignored %d; want none and 1", m.Skipped, m.Ignored)
	}
	if want := []int{1, 2, 3, 4, 5}; !slices.Equal(progress, want) {
		t.Errorf("progress %v, want %v", progress, want)
	}
	if want := "5 pictures of 8×8×3 in 3 folders, 1 file of other kinds ignored"; m.Summary() != want {
		t.Errorf("summary %q, want %q", m.Summary(), want)
	}
	// Channel-first: all of red, then all of green, then all of blue.
	first := m.At(0)
	for i, v := range first {
		want := float32(-1)
		if i < 64 {
			want = 1
		}
		if v != want {
			t.Fatalf("value %d of a red picture is %v, want %v", i, v, want)
		}
	}
}

func TestLoadImagesSameWithAnyWorkers(t *testing.T) {
	files := fstest.MapFS{}
	for i := range 40 {
		files[fmt.Sprintf("%c/%02d.png", 'a'+i%3, i)] = &fstest.MapFile{Data: encode(t, "png", flat(10+i, 50-i, color.NRGBA{uint8(i * 6), 9, 200, 255}))}
	}
	files["b/broken.png"] = &fstest.MapFile{Data: []byte("\x89PNG\r\n\x1a\n")}
	var first *Images
	for _, workers := range []int{1, 2, 7, 100} {
		m, err := LoadImagesFS(context.Background(), files, ImageOptions{Size: 12, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = m
		}
		if !reflect.DeepEqual(m.pixels, first.pixels) || !slices.Equal(m.Files, first.Files) || len(m.Skipped) != 1 {
			t.Errorf("%d workers: another result than with 1", workers)
		}
	}
}

func TestLoadImagesLimit(t *testing.T) {
	m, err := LoadImages(context.Background(), writeFiles(t, sampleFolder(t)), ImageOptions{Size: 4, Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"cats/b.PNG", "cats/deep/a.gif"}; !slices.Equal(m.Files, want) {
		t.Errorf("files %v, want %v", m.Files, want)
	}
}

// pngClaiming is a PNG with a right checksum and a header that claims a size
// it does not have, followed by a little data.
func pngClaiming(w, h uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		body := append([]byte(kind), data...)
		return binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	header = append(header, 16, 6, 0, 0, 0) // 16-bit RGBA: eight bytes a pixel
	out := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header)...)
	return append(out, chunk("IDAT", []byte{0x78, 0x9c, 1, 2, 3})...)
}

func TestLoadImagesSkipsBadFiles(t *testing.T) {
	good := encode(t, "png", flat(30, 30, red))
	photo := encode(t, "jpeg", flat(300, 300, blue))
	emptyGIF := []byte("GIF89a\x00\x00\x00\x00\x00\x00\x00\x3b")
	flipped := slices.Clone(good)
	flipped[len(flipped)/2] ^= 0xff
	files := map[string][]byte{
		"good.png":        good,
		"bad/cut.png":     good[:len(good)-20],
		"bad/cut.jpg":     photo[:len(photo)/2],
		"bad/head.png":    good[:20],
		"bad/empty.png":   {},
		"bad/text.jpg":    []byte("<html>404 not found</html>"),
		"bad/flipped.png": flipped,
		"bad/huge.png":    pngClaiming(16000, 16000),
		"bad/forged.png":  pngClaiming(8000, 8000),
		"bad/long.png":    pngClaiming(1<<20, 1),
		"bad/none.gif":    emptyGIF,
		"bad/anim.webp":   testdata(t, "animated.webp")[:60],
	}
	reasons := map[string]string{
		"bad/cut.png":     "cut short",
		"bad/cut.jpg":     "cut short",
		"bad/head.png":    "cut short",
		"bad/empty.png":   "the file is empty",
		"bad/text.jpg":    "not a PNG, JPEG, GIF, WebP or TIFF file",
		"bad/flipped.png": "PNG: ",
		"bad/huge.png":    "more than the limit of 67108864 pixels",
		"bad/forged.png":  "cut short or forged",
		"bad/long.png":    "too long on one side",
		"bad/none.gif":    "no pixels",
		"bad/anim.webp":   "WebP",
	}
	dir := writeFiles(t, files)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := LoadImages(context.Background(), dir, ImageOptions{Size: 8})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("reading hostile files allocated %d MiB", grown>>20)
	}
	if want := []string{"good.png"}; !slices.Equal(m.Files, want) {
		t.Errorf("files %v, want %v", m.Files, want)
	}
	if len(m.Skipped) != len(reasons) {
		t.Errorf("%d files skipped, want %d", len(m.Skipped), len(reasons))
	}
	for i, s := range m.Skipped {
		if !strings.Contains(s.Err.Error(), reasons[s.Path]) || reasons[s.Path] == "" {
			t.Errorf("%s: reason %q, want %q in it", s.Path, s.Err, reasons[s.Path])
		}
		if i > 0 && s.Path <= m.Skipped[i-1].Path {
			t.Errorf("%s listed after %s", s.Path, m.Skipped[i-1].Path)
		}
		if !strings.Contains(m.Summary(), s.Path) {
			t.Errorf("the summary does not name %s", s.Path)
		}
	}

	_, err = LoadImages(context.Background(), filepath.Join(dir, "bad"), ImageOptions{})
	if !errors.Is(err, ErrNoImages) || !strings.Contains(err.Error(), "cut.jpg") || !strings.Contains(err.Error(), "and 6 more") {
		t.Errorf("nothing readable: error %v", err)
	}
}

func TestLoadImagesErrors(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{"a.txt": []byte("x"), "b.bmp": []byte("BM")})
	empty := t.TempDir()
	cases := []struct {
		name, dir string
		options   ImageOptions
		want      string
		is        error
	}{
		{"missing", filepath.Join(dir, "nothing"), ImageOptions{}, "nothing", fs.ErrNotExist},
		{"a file", filepath.Join(dir, "a.txt"), ImageOptions{}, "is a file", nil},
		{"empty", empty, ImageOptions{}, ".png .jpg .jpeg .gif .webp .tif .tiff", ErrNoImages},
		{"other kinds", dir, ImageOptions{}, "2 files of other kinds", ErrNoImages},
		{"negative size", dir, ImageOptions{Size: -3}, "-3×-3", nil},
		{"vast size", dir, ImageOptions{Size: 1 << 20}, "from 1 to", nil},
		{"unknown fit", dir, ImageOptions{Fit: 9}, "Fit 9", nil},
		{"unknown filter", dir, ImageOptions{Filter: -1}, "Filter -1", nil},
		{"negative limit", dir, ImageOptions{Limit: -1}, "must not be negative", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m, err := LoadImages(context.Background(), c.dir, c.options)
			if err == nil || m != nil || !strings.Contains(err.Error(), c.want) || (c.is != nil && !errors.Is(err, c.is)) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestLoadImagesCancelled(t *testing.T) {
	dir := writeFiles(t, sampleFolder(t))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := LoadImages(ctx, dir, ImageOptions{Workers: 1, Progress: func(done, _ int) {
		if done > 1 {
			t.Errorf("file %d was read after cancellation", done)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if _, err := LoadImages(ctx, dir, ImageOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before it began: error %v, want context.Canceled", err)
	}
}

// A link back up must not send the walk round in circles; links to files work.
func TestLoadImagesLinks(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{"a/x.png": encode(t, "png", flat(4, 4, red))})
	wantFiles, wantSkipped := []string{"a/x.png"}, 0
	if err := os.Symlink("..", filepath.Join(dir, "a", "up")); err != nil {
		t.Logf("no symbolic links on this system: %v", err)
	} else {
		for name, target := range map[string]string{"y.png": filepath.Join("a", "x.png"), "gone.png": "nowhere", "self.png": "self.png"} {
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		wantFiles, wantSkipped = []string{"a/x.png", "y.png"}, 3
	}
	done := make(chan *Images)
	go func() {
		m, err := LoadImages(context.Background(), dir, ImageOptions{Size: 4})
		if err != nil {
			t.Error(err)
		}
		done <- m
	}()
	select {
	case m := <-done:
		if m == nil || !slices.Equal(m.Files, wantFiles) || len(m.Skipped) != wantSkipped {
			t.Errorf("got %+v, want files %v and %d skipped", m, wantFiles, wantSkipped)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the walk does not end")
	}
}

func TestLoadImagesTransparency(t *testing.T) {
	half := encode(t, "png", flat(8, 8, color.NRGBA{0, 0, 0, 128}))
	for _, c := range []struct {
		background color.Color
		want       byte
	}{{nil, 127}, {color.Black, 0}, {color.NRGBA{255, 255, 255, 0}, 127}} {
		v, err := DecodeImage(bytes.NewReader(half), ImageOptions{Size: 2, Gray: true, Background: c.background})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range v {
			if got := picture.Byte(x); got != c.want {
				t.Errorf("half-transparent black over %v is %d, want %d", c.background, got, c.want)
			}
		}
	}
}

// A GIF's first frame may cover a part of its canvas; the rest is background.
func TestLoadImagesGIFCanvas(t *testing.T) {
	frame := image.NewPaletted(image.Rect(4, 4, 8, 8), color.Palette{color.Black, color.White})
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0},
		Config: image.Config{Width: 8, Height: 8, ColorModel: frame.Palette}})
	if err != nil {
		t.Fatal(err)
	}
	v, err := DecodeImage(&b, ImageOptions{Size: 8, Gray: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range v {
		want := float32(1)
		if i%8 >= 4 && i/8 >= 4 {
			want = -1
		}
		if x != want {
			t.Fatalf("pixel %d,%d is %v, want %v", i%8, i/8, x, want)
		}
	}
}

func TestLoadImagesWebP(t *testing.T) {
	want, err := DecodeImage(bytes.NewReader(testdata(t, "small.png")), ImageOptions{Width: 24, Height: 16})
	if err != nil {
		t.Fatal(err)
	}
	for name, tolerance := range map[string]float64{"lossless.webp": 0, "lossy.webp": 0.2, "alpha.webp": 0.6} {
		got, err := DecodeImage(bytes.NewReader(testdata(t, name)), ImageOptions{Width: 24, Height: 16})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sum := 0.0
		for i := range got {
			sum += max(float64(got[i]-want[i]), float64(want[i]-got[i]))
		}
		if mean := sum / float64(len(got)); mean > tolerance {
			t.Errorf("%s: mean difference %v from the PNG, want at most %v", name, mean, tolerance)
		}
	}
}

func TestImageSizes(t *testing.T) {
	dir := writeFiles(t, sampleFolder(t))
	sizes, err := ImageSizes(context.Background(), dir, 3)
	if want := []image.Point{{40, 20}, {9, 9}, {20, 40}}; err != nil || !slices.Equal(sizes, want) {
		t.Errorf("sizes %v, error %v; want %v", sizes, err, want)
	}
	if _, err := ImageSizes(context.Background(), filepath.Join(dir, "nothing"), 3); err == nil {
		t.Error("no error for a folder that is not there")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ImageSizes(ctx, dir, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
}

// A decoder that does not end is left alone when the context ends.
func TestCancelledWhileDecoding(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	hold := make(chan struct{})
	defer close(hold)
	begun := make(chan struct{})
	go func() {
		<-begun
		cancel()
	}()
	_, err := within(ctx, func() ([]byte, error) {
		close(begun)
		<-hold
		return nil, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	for _, ctx := range []context.Context{context.Background(), t.Context()} {
		out, err := within(ctx, func() ([]byte, error) { return []byte("result"), io.EOF })
		if string(out) != "result" || err != io.EOF {
			t.Errorf("got %q and error %v, want those of the function", out, err)
		}
	}
}

// A file over the limit is refused by its size, without being read.
func TestHugeFilesAreNotRead(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{"a.png": encode(t, "png", flat(4, 6, red)), "huge.png": nil})
	if err := os.Truncate(filepath.Join(dir, "huge.png"), 3<<30); err != nil {
		t.Skip(err) // no room for sparse files
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := LoadImages(context.Background(), dir, ImageOptions{Size: 4})
	runtime.ReadMemStats(&after)
	if err != nil || !strings.Contains(m.Summary(), "huge.png: the file is over the limit of 256 MiB") {
		t.Errorf("error %v, got %v", err, m)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("took %d MiB", got>>20)
	}
}

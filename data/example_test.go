package data_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing/fstest"

	"github.com/org/artnn/data"
)

// picture is a PNG file of one colour.
func picture(width, height int, c color.Color) []byte {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		m.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func ExampleLoadImages() {
	dir, err := os.MkdirTemp("", "pictures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for name, content := range map[string][]byte{
		"wide.png":   picture(300, 200, color.White),
		"tall.png":   picture(20, 30, color.Black),
		"broken.png": []byte("<html>"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			fmt.Println(err)
			return
		}
	}

	images, err := data.LoadImages(context.Background(), dir, data.ImageOptions{Size: 64})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(images.Summary())
	fmt.Println(images.Files)
	fmt.Println("white is", images.At(1)[0], "and black", images.At(0)[0])
	// Output:
	// 2 pictures of 64×64×3, 1 file skipped
	//   skipped broken.png: not a PNG, JPEG, GIF, WebP or TIFF file, whatever its name
	// [tall.png wide.png]
	// white is 1 and black -1
}

func ExampleLoadImagesFS() {
	files := fstest.MapFS{
		"cats/1.png": {Data: picture(9, 9, color.White)},
		"dogs/1.png": {Data: picture(9, 9, color.Black)},
		"dogs/2.png": {Data: picture(9, 9, color.Black)},
	}
	images, err := data.LoadImagesFS(context.Background(), files, data.ImageOptions{Size: 8, Gray: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(images.Classes, images.Labels)
	// Output: [cats dogs] [0 1 1]
}

func ExampleDecodeImage() {
	file := bytes.NewReader(picture(100, 50, color.White))
	pixels, err := data.DecodeImage(file, data.ImageOptions{Size: 16})
	fmt.Println(len(pixels), pixels[0], err)
	// Output: 768 1 <nil>
}

func ExampleNewLoader() {
	numbers := data.Slice[int]{0, 1, 2, 3, 4, 5, 6, 7}
	sum := func(batch []int) (s int) {
		for _, v := range batch {
			s += v
		}
		return s
	}
	loader, err := data.NewLoader(numbers, sum, data.LoaderOptions{BatchSize: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, s := range loader.Epoch(context.Background()) {
		fmt.Println("batch", k, "sums to", s)
	}
	// Output:
	// batch 0 sums to 3
	// batch 1 sums to 12
	// batch 2 sums to 13
}

// A run that stops after two batches goes on with the third.
func ExampleLoader_State() {
	letters := data.Slice[string]{"a", "b", "c", "d"}
	options := data.LoaderOptions{BatchSize: 1}
	join := func(batch []string) string { return strings.Join(batch, "") }

	loader, _ := data.NewLoader(letters, join, options)
	for step := range loader.Steps(context.Background()) {
		if step == 1 {
			break
		}
	}
	saved, _ := json.Marshal(loader.State())
	fmt.Println(string(saved))

	var state data.State
	resumed, _ := data.NewLoader(letters, join, options)
	if err := json.Unmarshal(saved, &state); err != nil {
		fmt.Println(err)
	}
	if err := resumed.SetState(state); err != nil {
		fmt.Println(err)
	}
	for _, letter := range resumed.Epoch(context.Background()) {
		fmt.Println(letter)
	}
	// Output:
	// {"epoch":0,"batch":2,"source":"4 elements in batches of 1"}
	// c
	// d
}

// Pictures from a folder and lines from a text, walked together.
func ExampleZip() {
	folder := fstest.MapFS{}
	for i := range 6 {
		folder[fmt.Sprintf("%d.png", i)] = &fstest.MapFile{Data: picture(32, 32, color.Gray{uint8(40 * i)})}
	}
	images, err := data.LoadImagesFS(context.Background(), folder, data.ImageOptions{Size: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := data.ReadText(strings.NewReader("Call me Ishmael.\n\nSome years ago\nnever mind how long\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	imageLoader, err := images.Loader(data.LoaderOptions{BatchSize: 2, Shuffle: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	lines := func(batch []string) []string { return batch }
	textLoader, err := data.NewLoader(data.Slice[string](data.Lines(text)), lines, data.LoaderOptions{BatchSize: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, batch := range data.Zip(imageLoader, textLoader).Epoch(context.Background()) {
		fmt.Printf("%d: pictures %v, %q\n", i, batch.First.Shape(), batch.Second)
	}
	// Output:
	// 0: pictures [2 3 16 16], ["Call me Ishmael." "Some years ago"]
	// 1: pictures [2 3 16 16], ["never mind how long"]
}

func ExampleSplit() {
	poems := data.Slice[string]{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	train, held, err := data.Split(poems, 0.2, 1)
	fmt.Println(train.Len(), held.Len(), err)
	// Output: 8 2 <nil>
}

func ExampleMap() {
	words := data.Slice[string]{"whale", "sea"}
	lengths := data.Map(words, func(w string) int { return len(w) })
	fmt.Println(lengths.At(0), lengths.At(1))
	// Output: 5 3
}

func ExampleReadText() {
	text, err := data.ReadText(strings.NewReader("\ufeffCall me\r\nIshmael."))
	fmt.Printf("%q %v\n", text, err)
	_, err = data.ReadText(strings.NewReader("ma\xf1ana"))
	fmt.Println(err)
	// Output:
	// "Call me\nIshmael." <nil>
	// not UTF-8: 0xf1 at byte 2 (line 1); if the text is in another encoding, convert it first: iconv -f GB18030 -t UTF-8 IN > OUT (or BIG5, SHIFT_JIS, WINDOWS-1252)
}

func ExampleParagraphs() {
	for i, poem := range data.Paragraphs("來從千山萬山裏，\n歸向千山萬山去。\n\n山中白雲千萬重，\n却望人間不知處。\n") {
		fmt.Printf("%d %q\n", i, poem)
	}
	// Output:
	// 0 "來從千山萬山裏，\n歸向千山萬山去。"
	// 1 "山中白雲千萬重，\n却望人間不知處。"
}

func ExampleWindows() {
	windows, err := data.Windows([]int32{10, 11, 12, 13, 14}, 2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range windows.Len() {
		w := windows.At(i)
		fmt.Println(w.Inputs, w.Targets)
	}
	// Output:
	// [10 11] [11 12]
	// [11 12] [12 13]
	// [12 13] [13 14]
}

func ExampleStreams() {
	streams, err := data.Streams([]int32{0, 1, 2, 3, 4, 5, 6, 7, 8}, 2, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range streams.Epoch(context.Background()) {
		fmt.Println(b.Inputs, "in rows of", b.Steps, "start anew:", b.First)
	}
	// Output:
	// [0 1 2 4 5 6] in rows of 3 start anew: true
	// [3 7] in rows of 1 start anew: false
}

func ExampleRandomWindows() {
	text := make([]int32, 1000)
	windows, err := data.RandomWindows(text, 32, 64, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step, b := range windows.Steps(context.Background()) {
		fmt.Println(b.Rows, "windows of", b.Steps)
		if step == 1 {
			break
		}
	}
	// Output:
	// 32 windows of 64
	// 32 windows of 64
}

func ExamplePadSequences() {
	const pad, ignore = 0, -1
	b := data.PadSequences([][]int32{{5, 6, 7}, {8, 9}}, pad, ignore)
	fmt.Println(b.Inputs)
	fmt.Println(b.Targets)
	// Output:
	// [5 6 8 0]
	// [6 7 9 -1]
}

func ExampleGrid() {
	batch := make([]float32, 10*3*16*16) // ten gray pictures, as a generator might make
	sheet := data.Grid(batch, 3, 16, 16, data.GridOptions{Columns: 5, Scale: 4})
	fmt.Println(sheet.Bounds().Max)
	// Output: (332,134)
}

func ExampleWritePNG() {
	dir, err := os.MkdirTemp("", "out")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "dot.png")
	fmt.Println(data.WritePNG(path, data.ToImage([]float32{-1, 0, 1}, 3, 1, 1)))
	// Output: <nil>
}

// A file remembers how its picture was made.
func ExampleReadPNGTexts() {
	dir, err := os.MkdirTemp("", "out")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "dot.png")
	err = data.WritePNG(path, data.ToImage([]float32{-1, 0, 1}, 3, 1, 1), data.PNGText{Keyword: "Comment", Text: "seed 7"})
	if err != nil {
		fmt.Println(err)
		return
	}
	texts, err := data.ReadPNGTexts(path)
	fmt.Println(texts, err)
	// Output: [{Comment seed 7}] <nil>
}

func ExampleReadIDX() {
	file := []byte{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 255, 255, 0}
	idx, err := data.ReadIDX(bytes.NewReader(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	images, err := idx.Images(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(idx.Shape, images.At(0))
	// Output: [1 2 2] [-1 1 1 -1]
}

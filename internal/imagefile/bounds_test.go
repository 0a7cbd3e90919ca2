package imagefile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/pngfile"
)

// pngFile is a PNG of one picture: its header, then chunks of the given codes.
func pngFile(w, h int, depth, kind, interlace byte, chunks ...string) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(w)), uint32(h))
	file := pngfile.Append([]byte(pngfile.Magic), "IHDR", append(header, depth, kind, 0, 0, interlace))
	if kind == 3 {
		file = pngfile.Append(file, "PLTE", make([]byte, 6))
	}
	for i := 0; i < len(chunks); i += 2 {
		file = pngfile.Append(file, chunks[i], []byte(chunks[i+1]))
	}
	return pngfile.Append(file, "IEND", nil)
}

// A PNG of nothing but zeros, of any size, depth, kind and interlacing, is the
// smallest there is: its header is believed, and it is decoded.
func TestPlainPNG(t *testing.T) {
	depths := map[byte][]byte{0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
	samples := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
	r := rand.New(rand.NewPCG(1, 2))
	for kind, list := range depths {
		for _, depth := range list {
			for interlace := range byte(2) {
				for _, most := range []int{9, 300} {
					w, h := 1+r.IntN(most), 1+r.IntN(most)
					raw := 0
					if interlace == 0 {
						raw = h * (1 + (w*samples[kind]*int(depth)+7)/8)
					} else { // pixel by pixel, unlike checkPNG
						for y := range h {
							var widths [7]int
							for x := range w {
								widths[passOf(x, y)]++
							}
							for _, n := range widths {
								if n > 0 {
									raw += 1 + (n*samples[kind]*int(depth)+7)/8
								}
							}
						}
					}
					var codes bytes.Buffer
					z, _ := zlib.NewWriterLevel(&codes, zlib.BestCompression)
					z.Write(make([]byte, raw))
					z.Close()
					p := decoded(t, pngFile(w, h, depth, kind, interlace, "IDAT", codes.String()))
					require.Equal(t, image.Rect(0, 0, w, h), p.Canvas)
				}
			}
		}
	}
}

// passOf is the pass of Adam7 in which a pixel comes.
func passOf(x, y int) int {
	return []int{
		0, 5, 3, 5, 1, 5, 3, 5,
		6, 6, 6, 6, 6, 6, 6, 6,
		4, 5, 4, 5, 4, 5, 4, 5,
		6, 6, 6, 6, 6, 6, 6, 6,
		2, 5, 3, 5, 2, 5, 3, 5,
		6, 6, 6, 6, 6, 6, 6, 6,
		4, 5, 4, 5, 4, 5, 4, 5,
		6, 6, 6, 6, 6, 6, 6, 6,
	}[y%8*8+x%8]
}

// What other formats make of next to nothing gets through as well.
func TestPlainFiles(t *testing.T) {
	white := image.NewPaletted(image.Rect(0, 0, 1024, 1024), color.Palette{color.White, color.Black})
	gray := image.NewGray(white.Rect)
	files := map[string][]byte{}
	for _, name := range []string{"plain.jpg", "plain-progressive.jpg", "plain.webp", "plain-lossless.webp", "plain-fax4.tif", "plain-deflate.tif", "plain-lzw.tif", "plain-packbits.tif"} {
		files[name] = testdata(t, name)
	}
	for name, encode := range map[string]func(b *bytes.Buffer) error{
		"gif":       func(b *bytes.Buffer) error { return gif.Encode(b, white, nil) },
		"gray jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, gray, &jpeg.Options{Quality: 1}) },
		"jpeg":      func(b *bytes.Buffer) error { return jpeg.Encode(b, white, &jpeg.Options{Quality: 1}) },
		"png": func(b *bytes.Buffer) error {
			return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(b, white)
		},
	} {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		files[name] = b.Bytes()
	}
	for name, file := range files {
		f, err := Open(file, math.MaxInt32)
		if assert.NoError(t, err, name) {
			assert.GreaterOrEqual(t, f.Pixels(), int64(1<<16), name)
			decoded(t, file)
		}
	}
}

// with is file with bytes put at a place.
func with(file []byte, at int, bytes ...byte) []byte {
	file = slices.Clone(file)
	copy(file[at:], bytes)
	return file
}

// claims are small files whose headers claim 8000×8000 or more.
func claims(t testing.TB) map[string][]byte {
	little := func(n uint16) []byte { return binary.LittleEndian.AppendUint16(nil, n) }
	big := func(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
	size, side := append(little(8000), little(8000)...), uint16(8000)
	files := map[string][]byte{
		"png of 16 bits":      pngFile(8190, 8190, 16, 6, 0, "tEXt", string(make([]byte, 8000)), "IDAT", "zero"),
		"png of 1 bit":        pngFile(8000, 8000, 1, 0, 0, "IDAT", string(make([]byte, 7000))),
		"png, interlaced":     pngFile(8000, 8000, 8, 2, 1, "IDAT", string(make([]byte, 9000))),
		"png, no codes":       pngFile(8000, 8000, 8, 2, 0),
		"gif":                 with(with(gifOf(t, 8), 6, size...), 13+3*256+5, size...),
		"gif, its frame":      append(with(with(gifOf(t, 8), 6, size...), 13+3*256+5, size...), make([]byte, 30_000)...),
		"gif, canvas alone":   with(gifOf(t, 8), 6, size...),
		"webp with loss":      with(testdata(t, "lossy.webp"), 26, size...),
		"webp without":        with(vp8l(t), 21, 0x7f, 0xdf, 0xcf, 0x07),
		"webp with alpha":     with(with(testdata(t, "lossy-alpha.webp"), 24, 0x3f, 0x1f, 0, 0x3f, 0x1f, 0), bytes.Index(testdata(t, "lossy-alpha.webp"), []byte("\x9d\x01\x2a"))+3, size...),
		"webp, animated":      with(testdata(t, "animated-lossy.webp"), 24, 0x3f, 0x1f, 0, 0x3f, 0x1f, 0),
		"webp, its frame":     with(with(testdata(t, "animated-lossy.webp"), 24, 0x3f, 0x1f, 0, 0x3f, 0x1f, 0), bytes.Index(testdata(t, "animated-lossy.webp"), []byte("ANMF"))+14, 0x3f, 0x1f, 0, 0x3f, 0x1f, 0),
		"jpeg":                with(testdata(t, "rgb.jpg"), sizeOfJPEG(t, testdata(t, "rgb.jpg")), append(big(side), big(side)...)...),
		"jpeg of four":        with(testdata(t, "cmyk.jpg"), sizeOfJPEG(t, testdata(t, "cmyk.jpg")), append(big(side), big(side)...)...),
		"jpeg, progressive":   with(testdata(t, "progressive.jpg"), sizeOfJPEG(t, testdata(t, "progressive.jpg")), append(big(side), big(side)...)...),
		"jpeg of many scans":  manyScans(8000, 11),
		"tiff":                tiffClaiming(t, "raw.tif", 8000),
		"tiff, LZW":           tiffClaiming(t, "tiff_lzw.tif", 8000),
		"tiff, deflate":       tiffClaiming(t, "tiff_adobe_deflate.tif", 8000),
		"tiff, PackBits":      tiffClaiming(t, "packbits.tif", 8000),
		"tiff, fax":           tiffClaiming(t, "fax4.tif", 8000),
		"tiff, unknown codes": tiffTag(t, testdata(t, "raw.tif"), tagCompression, 7),
		"tiff, one strip":     tiffTag(t, append(tiffClaiming(t, "plain-deflate.tif", 8000), make([]byte, 1<<20)...), tagRowsPerStrip, 8000),
		"tiff, colours apart": tiffTag(t, testdata(t, "raw.tif"), tagPlanes, planesApart),
	}
	return files
}

// vp8l is a file of one chunk, without loss.
func vp8l(t testing.TB) []byte {
	f := readWebP(testdata(t, "lossless.webp"))
	return appendChunk(nil, "RIFF", appendChunk([]byte("WEBP"), "VP8L", f.codes))
}

func gifOf(t testing.TB, side int) []byte {
	var b bytes.Buffer
	require.NoError(t, gif.Encode(&b, image.NewGray(image.Rect(0, 0, side, side)), nil))
	require.Equal(t, byte(','), b.Bytes()[13+3*256])
	return b.Bytes()
}

// sizeOfJPEG is where its height is.
func sizeOfJPEG(t testing.TB, file []byte) int {
	for _, mark := range []byte{markSOF0, markSOF2} {
		if at := bytes.Index(file, []byte{0xff, mark, 0}); at > 0 {
			return at + 5
		}
	}
	t.Fatal("no frame")
	return 0
}

// manyScans is a gray progressive JPEG of one scan of nothing, and more of
// nothing: each goes through all blocks in a few bytes.
func manyScans(side, scans int) []byte {
	file := []byte{0xff, markSOI}
	file = append(append(file, 0xff, 0xdb, 0, 67, 0), bytes.Repeat([]byte{1}, 64)...)
	file = append(file, 0xff, markSOF2, 0, 11, 8, byte(side>>8), byte(side), byte(side>>8), byte(side), 1, 1, 0x11, 0)
	for class, symbol := range []byte{0, 0xe0} { // a table of one code; 0xe0 ends a run of blocks
		file = append(append(file, 0xff, 0xc4, 0, 20, byte(class<<4), 1), append(make([]byte, 15), symbol)...)
	}
	blocks := (side + 7) / 8 * ((side + 7) / 8)
	file = append(append(file, 0xff, markSOS, 0, 8, 1, 1, 0, 0, 0, 0), make([]byte, blocks/8+1)...)
	for range scans - 1 {
		file = append(append(file, 0xff, markSOS, 0, 8, 1, 1, 0, 1, 63, 0), make([]byte, 2*blocks/(1<<14)+2)...)
	}
	return append(file, 0xff, markEOI)
}

func tiffClaiming(t testing.TB, name string, side uint32) []byte {
	return tiffTag(t, tiffTag(t, testdata(t, name), tagWidth, side), tagHeight, side)
}

// tiffTag is a file with another value of a tag.
func tiffTag(t testing.TB, file []byte, tag uint16, value uint32) []byte {
	file = slices.Clone(file)
	d, ok := readDirectory(file)
	require.True(t, ok)
	for e := d.entries; len(e) > 0; e = e[entryBytes:] {
		if d.order.Uint16(e) == tag {
			d.order.PutUint16(e[2:], 4)
			d.order.PutUint32(e[8:], value)
			return file
		}
	}
	t.Fatalf("no tag %d", tag)
	return nil
}

// A header that claims what its file cannot hold is refused before memory is
// taken for it.
func TestClaimsAreRefused(t *testing.T) {
	for name, file := range claims(t) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Open(file, 1<<26)
		runtime.ReadMemStats(&after)
		if assert.Error(t, err, name) {
			assert.Regexp(t, "cannot be in a file|plain area|larger than the picture|save it", err.Error(), name)
		}
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), name)
	}
}

// A progressive JPEG of as many scans as encoders make is no reason to worry.
func TestScansOfEncoders(t *testing.T) {
	_, err := Open(manyScans(2000, 11), 1<<26)
	assert.NoError(t, err, "small enough to be free")
	f := readJPEG(testdata(t, "plain-progressive.jpg"))
	assert.Equal(t, 10, f.scans)
	assert.Less(t, f.visits, int64(30*6669), "libjpeg's scans of an empty picture")
}

func TestDecoderPanicIsAnError(t *testing.T) {
	saved := formats
	defer func() { formats = saved }()
	f := saved[0]
	f.magics = []string{"T"}
	formats = []format{f}
	for want, config := range map[string]func() image.Config{
		"index out of range": func() image.Config { var none []int; return image.Config{Width: none[len(none)]} },
		"custom":             func() image.Config { panic(errors.New("custom")) },
	} {
		formats[0].config = func(_ io.Reader) (image.Config, error) { return config(), nil }
		_, err := Open([]byte("T"), 100)
		assert.ErrorContains(t, err, want)
		_, _, err = Size(bytes.NewReader([]byte("T")))
		assert.ErrorContains(t, err, want)
	}
}

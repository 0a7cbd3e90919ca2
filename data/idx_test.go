package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func idxBytes(kind IDXType, shape []int, data ...byte) []byte {
	out := []byte{0, 0, byte(kind), byte(len(shape))}
	for _, n := range shape {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, data...)
}

func gzipped(p []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(p)
	z.Close()
	return b.Bytes()
}

func TestReadIDXPictures(t *testing.T) {
	file := idxBytes(IDXUint8, []int{2, 2, 3}, 0, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for name, content := range map[string][]byte{"plain": file, "gzipped": gzipped(file)} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
			x, err := LoadIDX(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := x.Images([]int32{3, 1})
			if err != nil {
				t.Fatal(err)
			}
			if m.Len() != 2 || m.Width != 3 || m.Height != 2 || m.Channels != 1 {
				t.Fatalf("got %s", m.Summary())
			}
			if v := m.At(0); v[0] != -1 || v[1] != 1 || len(v) != 6 {
				t.Errorf("picture 0 is %v", v)
			}
			b := m.Batch([]int{1, 0})
			if !slices.Equal(b.Labels, []int32{1, 3}) || !slices.Equal(m.Classes, []string{"0", "1", "2", "3"}) {
				t.Errorf("labels %v of classes %v", b.Labels, m.Classes)
			}
		})
	}
}

func TestReadIDXTypes(t *testing.T) {
	f64 := binary.BigEndian.AppendUint64(nil, math.Float64bits(-2.5))
	f32 := binary.BigEndian.AppendUint32(nil, math.Float32bits(1.25))
	for _, c := range []struct {
		kind IDXType
		data []byte
		want float32
	}{
		{IDXUint8, []byte{200}, 200}, {IDXInt8, []byte{200}, -56}, {IDXInt16, []byte{0xff, 0xfe}, -2},
		{IDXInt32, []byte{0, 1, 0, 0}, 65536}, {IDXFloat32, f32, 1.25}, {IDXFloat64, f64, -2.5},
	} {
		x, err := ReadIDX(bytes.NewReader(idxBytes(c.kind, []int{1}, c.data...)))
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Float32(); len(got) != 1 || got[0] != c.want || x.Len() != 1 {
			t.Errorf("type %#x: %v, want [%v]", byte(c.kind), got, c.want)
		}
	}
}

func TestReadIDXErrors(t *testing.T) {
	whole := idxBytes(IDXUint8, []int{2, 2}, 1, 2, 3, 4)
	cases := map[string]struct {
		file []byte
		want string
	}{
		"empty":          {nil, "cut short"},
		"short header":   {whole[:10], "cut short"},
		"short data":     {whole[:len(whole)-1], "needs 4 bytes of data, got 3"},
		"long data":      {append(slices.Clone(whole), 9), "the file has more"},
		"cut gzip":       {gzipped(whole)[:20], "cut short"},
		"damaged gzip":   {[]byte{0x1f, 0x8b, 0, 0}, "gzip"},
		"not idx":        {[]byte("\x89PNG\r\n\x1a\n"), "not an IDX file"},
		"unknown type":   {idxBytes(0x0a, []int{1}, 1), "not an IDX file"},
		"rank 0":         {idxBytes(IDXUint8, nil, 1), "the rank must be"},
		"rank 9":         {idxBytes(IDXUint8, make([]int, 9)), "the rank must be"},
		"claims much":    {idxBytes(IDXUint8, []int{60000, 60000}), "more than the limit"},
		"claims at most": {idxBytes(IDXUint8, []int{1 << 10, 1 << 20}), "needs 1073741824 bytes"},
		"overflow":       {idxBytes(IDXFloat64, []int{1 << 30, 1 << 30, 1 << 30, 1 << 30}), "more than the limit"},
		"zero then vast": {append(idxBytes(IDXUint8, []int{0}), 0), "the file has more"},
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, c := range cases {
		if _, err := ReadIDX(bytes.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("reading hostile headers allocated %d MiB", grown>>20)
	}
	if _, err := LoadIDX(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("a missing file: error %v", err)
	}
}

func TestIDXWrongUse(t *testing.T) {
	pictures, err := ReadIDX(bytes.NewReader(idxBytes(IDXUint8, []int{1, 1, 1}, 5)))
	if err != nil {
		t.Fatal(err)
	}
	labels, err := ReadIDX(bytes.NewReader(idxBytes(IDXUint8, []int{2}, 5, 6)))
	if err != nil {
		t.Fatal(err)
	}
	none, err := ReadIDX(bytes.NewReader(idxBytes(IDXUint8, []int{0, 28, 28})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pictures.Labels(); err == nil {
		t.Error("pictures were taken for labels")
	}
	if _, err := labels.Images(nil); err == nil {
		t.Error("labels were taken for pictures")
	}
	if _, err := none.Images(nil); err == nil {
		t.Error("no pictures were taken for a set")
	}
	two, err := labels.Labels()
	if err != nil || !slices.Equal(two, []int32{5, 6}) {
		t.Fatalf("labels %v, %v", two, err)
	}
	if _, err := pictures.Images(two); err == nil || !strings.Contains(err.Error(), "1 picture and 2 labels") {
		t.Errorf("one picture, two labels: error %v", err)
	}
	if _, err := pictures.Images([]int32{-1}); err == nil {
		t.Error("a negative label was accepted")
	}
}

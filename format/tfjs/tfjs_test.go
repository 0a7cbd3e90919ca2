package tfjs_test

import (
	"encoding/binary"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/tfjs"
)

// topology is that of a network without layers.
const topology = `{"class_name":"Sequential","config":{"layers":[]}}`

// folder is a layers model of weights, whose bytes lie in shards of the given sizes.
func folder(weights string, data []byte, sizes ...int) fstest.MapFS {
	files, paths := fstest.MapFS{}, []string{}
	for i, n := range append(sizes, 0) {
		if i == len(sizes) {
			n = len(data)
		}
		name := "shard" + string(rune('a'+i)) + ".bin"
		files["m/"+name] = &fstest.MapFile{Data: data[:n]}
		data, paths = data[n:], append(paths, `"`+name+`"`)
	}
	files["m/model.json"] = &fstest.MapFile{Data: []byte(`{"format":"layers-model","modelTopology":{"model_config":` + topology +
		`},"weightsManifest":[{"paths":[` + strings.Join(paths, ",") + `],"weights":[` + weights + `]}]}`)}
	return files
}

// Every type of numbers, in shards that end in the middle of a number.
func TestNumbers(t *testing.T) {
	var data []byte
	for _, v := range []float32{1, -2.5, 1e-30, math.Pi, 0, -1} {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	data = append(data, 0, 100, 255)
	for _, v := range []uint16{0, 1000, 65535} {
		data = binary.LittleEndian.AppendUint16(data, v)
	}
	for _, v := range []uint16{0x3c00, 0xc000, 0x0001} { // 1, -2 and the smallest half
		data = binary.LittleEndian.AppendUint16(data, v)
	}
	minus := int32(-7)
	data = binary.LittleEndian.AppendUint32(data, uint32(minus))
	data = append(data, 1, 0)
	files := folder(`{"name":"a/kernel","shape":[2,3],"dtype":"float32"},
		{"name":"a/bias","shape":[3],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.1,"min":-2}},
		{"name":"b/kernel","shape":[3,1],"dtype":"float32","quantization":{"dtype":"uint16","scale":0.001,"min":-10.5,"original_dtype":"float32"}},
		{"name":"b/bias","shape":[3],"dtype":"float32","quantization":{"dtype":"float16"}},
		{"name":"c","shape":[],"dtype":"int32"},{"name":"d","shape":[2],"dtype":"bool"},{"name":"e","shape":[0,4],"dtype":"float32"}`, data, 3, 24, 1)
	m, err := tfjs.Read(files, "m/model.json")
	require.NoError(t, err)
	assert.JSONEq(t, topology, string(m.Topology))
	assert.Equal(t, []string{"a/bias", "a/kernel", "b/bias", "b/kernel", "c", "d", "e"}, m.Names())
	low, scale := -2.0, 0.1
	for name, want := range map[string]struct {
		shape   []int
		numbers []float32
	}{
		"a/kernel": {[]int{2, 3}, []float32{1, -2.5, 1e-30, math.Pi, 0, -1}},
		"a/bias":   {[]int{3}, []float32{-2, float32(float64(100*scale) + low), float32(float64(255*scale) + low)}},
		"b/kernel": {[]int{3, 1}, []float32{-10.5, -9.5, 55.035}},
		"b/bias":   {[]int{3}, []float32{1, -2, 1.0 / (1 << 24)}},
		"c":        {[]int{}, []float32{-7}},
		"d":        {[]int{2}, []float32{1, 0}},
		"e":        {[]int{0, 4}, []float32{}},
	} {
		shape, ok := m.Shape(name)
		assert.True(t, ok)
		assert.Equal(t, want.shape, shape, name)
		got, err := m.Float32s(name)
		require.NoError(t, err)
		assert.Equal(t, want.numbers, got, name)
	}
	_, ok := m.Shape("f")
	assert.False(t, ok)
	_, err = m.Float32s("f")
	assert.EqualError(t, err, `tfjs: no weight "f" among the 7 of this model`)
}

// Files that cannot be read at a place are read from their beginning.
func TestStreams(t *testing.T) {
	files := folder(`{"name":"a","shape":[3],"dtype":"int32"},{"name":"b","shape":[2],"dtype":"int32"}`, []byte{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0}, 10)
	m, err := tfjs.Read(streams{files}, "m/model.json")
	require.NoError(t, err)
	b, err := m.Float32s("b")
	require.NoError(t, err)
	assert.Equal(t, []float32{4, 5}, b)
	files["m/shardb.bin"].Data = files["m/shardb.bin"].Data[:9]
	_, err = m.Float32s("b")
	assert.ErrorContains(t, err, `weight "b": m/shardb.bin: unexpected EOF`, "the file has changed")
}

// streams are files that can only be read from the beginning.
type streams struct{ fs.FS }

func (s streams) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return struct{ fs.File }{f}, nil
}

func TestErrors(t *testing.T) {
	one := `{"name":"a","shape":[2],"dtype":"float32"}`
	whole := func(text string) fstest.MapFS { return fstest.MapFS{"m/model.json": {Data: []byte(text)}} }
	for want, files := range map[string]fstest.MapFS{
		"open m/model.json: file does not exist":              {},
		"not the model.json of a TensorFlow.js model":         whole("PNG"),
		"no modelTopology: the file has weights alone":        whole(`{"weightsManifest":[]}`),
		"a graph model, which is a program and has no layers": whole(`{"modelTopology":{"node":[],"versions":{}}}`),
		"graph model":                                               whole(`{"format":"graph-model","modelTopology":{"class_name":"x"}}`),
		`format "other": expected layers-model`:                     whole(`{"format":"other","modelTopology":{"class_name":"x"}}`),
		"neither model_config nor class_name":                       whole(`{"modelTopology":{}}`),
		"modelTopology: json: cannot unmarshal":                     whole(`{"modelTopology":3}`),
		`shard "../a.bin": its name must be one of a file beside`:   whole(`{"modelTopology":` + topology + `,"weightsManifest":[{"paths":["../a.bin"]}]}`),
		`shard "/etc/passwd": its name`:                             whole(`{"modelTopology":` + topology + `,"weightsManifest":[{"paths":["/etc/passwd"]}]}`),
		"m/none.bin: file does not exist: all files that came with": whole(`{"modelTopology":` + topology + `,"weightsManifest":[{"paths":["none.bin"]}]}`),
		`shard: m: it is a folder, not a regular file`:              whole(`{"modelTopology":` + topology + `,"weightsManifest":[{"paths":["."]}]}`),
		`shard "a.bin": named twice`: {"m/a.bin": {Data: make([]byte, 4)}, "m/model.json": {Data: []byte(`{"modelTopology":` + topology +
			`,"weightsManifest":[{"paths":["a.bin","a.bin"]},{"paths":["a.bin"]}]}`)}},
		"shape [2] of float32 needs more than the 7 bytes":                                folder(one, make([]byte, 7)),
		"the shards sharda.bin hold 9 bytes, and their weights need 8: a file is damaged": folder(one, make([]byte, 9)),
		`weight "a": every weight needs a name of its own`:                                folder(one+","+one, make([]byte, 16)),
		`weight "": every weight needs`:                                                   folder(`{"shape":[1],"dtype":"bool"}`, make([]byte, 1)),
		"shape [-1] of float32 needs more":                                                folder(`{"name":"a","shape":[-1],"dtype":"float32"}`, nil),
		"shape [2147483647 2147483647] of bool needs more":                                folder(`{"name":"a","shape":[2147483647,2147483647],"dtype":"bool"}`, make([]byte, 4)),
		`numbers of type "string" cannot be read`:                                         folder(`{"name":"a","shape":[1],"dtype":"string"}`, make([]byte, 4)),
		`numbers of type "int4" cannot be read`:                                           folder(`{"name":"a","shape":[1],"dtype":"float32","quantization":{"dtype":"int4"}}`, make([]byte, 4)),
		`quantised numbers of type "int32": expected float32`:                             folder(`{"name":"a","shape":[1],"dtype":"int32","quantization":{"dtype":"uint8","scale":1}}`, make([]byte, 1)),
	} {
		_, err := tfjs.Read(files, "m/model.json")
		assert.ErrorContains(t, err, want)
	}
}

// A file or its folder is opened, and errors name it.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for name, f := range folder(`{"name":"a","shape":[2],"dtype":"bool"}`, []byte{1, 0}, 1) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(name)), f.Data, 0o666))
	}
	for _, name := range []string{dir, filepath.Join(dir, "model.json")} {
		m, err := tfjs.Open(name)
		require.NoError(t, err)
		a, err := m.Float32s("a")
		require.NoError(t, err)
		assert.Equal(t, []float32{1, 0}, a)
	}
	_, err := tfjs.Open(filepath.Join(dir, "none"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "model.json"), []byte("{}"), 0o666))
	_, err = tfjs.Open(dir)
	assert.ErrorContains(t, err, filepath.Join(dir, "model.json")+": tfjs: no modelTopology")
}

// Whatever the files say, an array takes no more memory than there are bytes for.
func FuzzRead(f *testing.F) {
	for _, w := range []string{
		`{"name":"a","shape":[2,3],"dtype":"float32"}`,
		`{"name":"a","shape":[24],"dtype":"float32","quantization":{"dtype":"uint8","scale":0.1,"min":-2}}`,
		`{"name":"a","shape":[],"dtype":"bool"},{"name":"b","shape":[1,23],"dtype":"bool"}`,
		`{"name":"a","shape":[0,9223372036854775807],"dtype":"bool"}`,
	} {
		f.Add(string(folder(w, nil)["m/model.json"].Data), make([]byte, 24))
	}
	f.Add(`{"modelTopology":{"node":[]}}`, []byte{})
	f.Fuzz(func(t *testing.T, text string, data []byte) {
		files := fstest.MapFS{"model.json": {Data: []byte(text)}, "sharda.bin": {Data: data}}
		m, err := tfjs.Read(files, "model.json")
		if err != nil {
			return
		}
		for _, name := range m.Names() {
			shape, ok := m.Shape(name)
			require.True(t, ok)
			numbers, err := m.Float32s(name)
			require.NoError(t, err)
			n := 1
			for _, d := range shape {
				n *= d
			}
			require.Len(t, numbers, n)
			require.LessOrEqual(t, n, len(data))
		}
	})
}

// Package tfjs reads layers models of TensorFlow.js: a model.json with the topology
// that Keras wrote, and shards, files of bytes with the weights. It turns bytes into
// named arrays, and knows nothing of models.
//
// Reading trusts nothing. The sizes that model.json claims are compared with those of
// the shards before any array is allocated.
//
// A graph model, the other kind that TensorFlow.js has, is refused: it is a program of
// TensorFlow's operations and not layers.
//
// Format: https://www.tensorflow.org/js/guide/save_load
package tfjs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
)

// maxTopology bounds model.json, in bytes. That of a network of 500 layers has 300,000.
const maxTopology = 64 << 20

// Model is a layers model whose arrays are read on demand.
type Model struct {
	// Topology is what Keras says of the layers: an object with class_name and config.
	Topology json.RawMessage

	fsys   fs.FS
	arrays map[string]array
	shards map[string]bool // of all groups
}

// Open reads model.json from a folder, or of that name, and looks for its shards beside
// it.
//
// Errors: those of [Read].
func Open(name string) (*Model, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		name = filepath.Join(name, "model.json")
	}
	m, err := Read(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// file is model.json.
type file struct {
	Format   string          `json:"format"` // older writers leave it out
	Topology json.RawMessage `json:"modelTopology"`
	Manifest []group         `json:"weightsManifest"`
}

// Read is [Open] from a file system. The model reads its arrays from there later.
//
// Errors: what is no layers model; shards that are missing, or hold more or fewer bytes
// than the weights need; element types that have no place in a network, such as text.
func Read(fsys fs.FS, name string) (*Model, error) {
	text, err := readAll(fsys, name)
	if err != nil {
		return nil, err
	}
	var f file
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, fmt.Errorf("tfjs: not the model.json of a TensorFlow.js model: %w", err)
	}
	topology, err := f.layers()
	if err != nil {
		return nil, fmt.Errorf("tfjs: %w", err)
	}
	m := &Model{Topology: topology, fsys: fsys, arrays: map[string]array{}, shards: map[string]bool{}}
	for _, g := range f.Manifest {
		if err := m.add(path.Dir(name), g); err != nil {
			return nil, fmt.Errorf("tfjs: %w", err)
		}
	}
	return m, nil
}

// layers is the description of the layers, which Keras puts into an object and
// TensorFlow.js does not.
func (f *file) layers() (json.RawMessage, error) {
	var t struct {
		Config json.RawMessage `json:"model_config"`
		Class  string          `json:"class_name"`
		Node   json.RawMessage `json:"node"`
	}
	if len(f.Topology) == 0 || string(f.Topology) == "null" {
		return nil, errors.New("no modelTopology: the file has weights alone, or is not the model.json of a layers model")
	}
	if err := json.Unmarshal(f.Topology, &t); err != nil {
		return nil, fmt.Errorf("modelTopology: %w", err)
	}
	switch {
	case f.Format == "graph-model" || t.Node != nil:
		return nil, errors.New("a graph model, which is a program and has no layers: a layers model is needed, as tensorflowjs_converter --output_format=tfjs_layers_model makes of a Keras file")
	case f.Format != "" && f.Format != "layers-model":
		return nil, fmt.Errorf("format %q: expected layers-model", f.Format)
	case t.Config != nil:
		return t.Config, nil
	case t.Class != "":
		return f.Topology, nil
	}
	return nil, errors.New("modelTopology: neither model_config nor class_name in it")
}

// Names lists the arrays in alphabetical order.
func (m *Model) Names() []string {
	names := make([]string, 0, len(m.arrays))
	for name := range m.arrays {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Shape is the shape of an array. ok is false if there is none of that name.
func (m *Model) Shape(name string) (shape []int, ok bool) {
	a, ok := m.arrays[name]
	return slices.Clone(a.shape), ok
}

// Float32s reads an array. Quantised numbers q are q·scale + min, computed in float64
// and rounded, as TensorFlow.js does.
//
// Errors: no array of that name; shards that have changed or cannot be read.
func (m *Model) Float32s(name string) ([]float32, error) {
	a, ok := m.arrays[name]
	if !ok {
		return nil, fmt.Errorf("tfjs: no weight %q among the %d of this model", name, len(m.arrays))
	}
	raw := make([]byte, a.size*a.elem.bytes)
	if err := m.read(raw, a); err != nil {
		return nil, fmt.Errorf("tfjs: weight %q: %w", name, err)
	}
	out := make([]float32, a.size)
	for i := range out {
		out[i] = float32(float64(a.elem.number(raw[i*a.elem.bytes:])*a.scale) + a.min) // rounded twice on every machine
	}
	return out, nil
}

// readAll reads a file of bounded size.
func readAll(fsys fs.FS, name string) ([]byte, error) {
	size, err := sizeOf(fsys, name)
	if err != nil {
		return nil, err
	}
	if size > maxTopology {
		return nil, fmt.Errorf("tfjs: %s is over the limit of %d: not the model.json of a model", words.Count(size, "byte"), maxTopology)
	}
	return fs.ReadFile(fsys, name)
}

// sizeOf is the size of a regular file.
func sizeOf(fsys fs.FS, name string) (int64, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return 0, err
	}
	if err := regular.Check(info.Mode()); err != nil { // to open a pipe could wait for ever
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return info.Size(), nil
}

// read fills buf with the bytes of an array, which may lie in several shards.
func (m *Model) read(buf []byte, a array) error {
	at := a.begin
	for _, s := range a.shards {
		if at >= s.size {
			at -= s.size
			continue
		}
		n := min(int64(len(buf)), s.size-at)
		if err := readAt(m.fsys, s.name, buf[:n], at); err != nil {
			return err
		}
		if buf, at = buf[n:], 0; len(buf) == 0 {
			break
		}
	}
	return nil
}

func readAt(fsys fs.FS, name string, buf []byte, at int64) error {
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if r, ok := f.(io.ReaderAt); ok {
		_, err = io.ReadFull(io.NewSectionReader(r, at, int64(len(buf))), buf)
	} else if _, err = io.CopyN(io.Discard, f, at); err == nil {
		_, err = io.ReadFull(f, buf)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// File is a file in the layout of this package. Nothing but its header has been
// read.
type File struct {
	*safetensors.File
	meta map[string]string
}

// Open is [Read] on the file of that name. The caller closes it.
func Open(path string) (*File, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	own, err := from(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return own, nil
}

// Read opens the size bytes behind r.
//
// Errors: a damaged file; one that [Write] did not write; one of another version.
func Read(r io.ReaderAt, size int64) (*File, error) {
	f, err := safetensors.Read(r, size)
	if err != nil {
		return nil, err
	}
	return from(f)
}

func from(f *safetensors.File) (*File, error) {
	own := &File{f, f.Metadata()}
	if own.meta[formatKey] != formatName {
		return nil, errors.New("not a model saved by this library: the metadata has no \"format\": \"artnn\"")
	}
	if v := own.meta[versionKey]; v != version {
		return nil, fmt.Errorf("file version %q: this library reads version %s; another version of it wrote the file", v, version)
	}
	return own, nil
}

// Kind is that of the model in the file, "" if it has none.
func (f *File) Kind() string { return f.meta[kindKey] }

// Config is the model's configuration, JSON.
func (f *File) Config() string { return f.meta[configKey] }

// Tokenizer is the model's tokenizer, JSON, "" if it has none.
func (f *File) Tokenizer() string { return f.meta[tokenizerKey] }

// Provenance says where the file comes from.
func (f *File) Provenance() (p Provenance, err error) {
	err = json.Unmarshal([]byte(f.meta[provenanceKey]), &p)
	return p, err
}

// Training is where the updates that trained the model stand, nil if the file
// does not say.
func (f *File) Training() (states []update.State, err error) {
	if text, ok := f.meta[trainingKey]; ok {
		if err = strictjson.Unmarshal([]byte(text), &states); err == nil && states == nil {
			err = errors.New("there are no updates in it")
		}
	}
	for i, s := range states {
		if err == nil {
			err = wrapUpdate(i, s.Check())
		}
	}
	return states, err
}

func wrapUpdate(i int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("update %d: %w", i, err)
}

// HasTraining reports whether training can go on from the file.
func (f *File) HasTraining() bool {
	_, ok := f.meta[trainingKey]
	return ok
}

// ofTraining reports whether an array belongs to the training, not to the model.
func (f *File) ofTraining(name string) bool {
	return f.HasTraining() && strings.HasPrefix(name, trainingPrefix)
}

// Count is how many numbers the file has: of parameters, and of training. Buffers
// and the scales of int8 weights are in neither.
func (f *File) Count() (parameters, training int, err error) {
	var buffers []string
	if text, ok := f.meta[buffersKey]; ok {
		if err := json.Unmarshal([]byte(text), &buffers); err != nil {
			return 0, 0, fmt.Errorf("buffers: %w", err)
		}
	}
	slices.Sort(buffers)
	for _, name := range f.Names() {
		info, err := f.Info(name)
		if err != nil {
			return 0, 0, err
		}
		_, isBuffer := slices.BinarySearch(buffers, name)
		switch {
		case f.ofTraining(name):
			training += info.Size()
		case !isBuffer && !f.isScale(name):
			parameters += info.Size()
		}
	}
	return parameters, training, nil
}

// isScale reports whether an array holds the scales of an int8 weight.
func (f *File) isScale(name string) bool {
	weight, ok := strings.CutSuffix(name, scaleSuffix)
	if !ok {
		return false
	}
	info, err := f.Info(weight)
	return err == nil && info.DType == safetensors.I8
}

// Resume brings updates to where the file says that they stood.
//
// Errors: a file without training; that of other updates; one that is damaged.
// After an error the updates and what they train must not be used.
func (f *File) Resume(updates []*update.Update) error {
	states, err := f.Training()
	switch {
	case err != nil:
		return fmt.Errorf("training: %w", err)
	case states == nil:
		return errors.New("holds no training state: it was not saved as a checkpoint")
	case len(updates) == 0:
		return errors.New("training: what this file holds of the model cannot learn")
	case len(states) != len(updates):
		return fmt.Errorf("training: expected the state of %s, got %d", words.Count(len(updates), "update"), len(states))
	}
	shapes, err := f.trainingShapes(len(updates))
	if err != nil {
		return fmt.Errorf("training: %w", err)
	}
	for i, u := range updates {
		if u.Idle() {
			return fmt.Errorf("training: the file's weights leave update %d nothing to train", i)
		}
		read := func(name string, t *tensor.Tensor) error { return f.read(trainingName(i, name), t) }
		if err := u.SetState(states[i], shapes[i], read); err != nil {
			return fmt.Errorf("training: %w", err)
		}
	}
	return nil
}

// trainingShapes are the shapes of the arrays of n updates by name.
func (f *File) trainingShapes(n int) ([]map[string][]int, error) {
	shapes := make([]map[string][]int, n)
	for i := range shapes {
		shapes[i] = map[string][]int{}
	}
	for _, name := range f.Names() {
		if !f.ofTraining(name) {
			continue
		}
		number, rest, ok := strings.Cut(strings.TrimPrefix(name, trainingPrefix), ".")
		i, err := strconv.Atoi(number)
		if !ok || err != nil || i < 0 || i >= n || number != strconv.Itoa(i) {
			return nil, fmt.Errorf("tensor %q: this training has none of that name", name)
		}
		info, err := f.Info(name)
		if err != nil {
			return nil, err
		}
		if !info.DType.IsFloat() {
			return nil, fmt.Errorf("tensor %q: %s", name, notFloats(info.DType))
		}
		shapes[i][rest] = info.Shape
	}
	return shapes, nil
}

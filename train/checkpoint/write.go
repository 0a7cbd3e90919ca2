package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

const (
	formatKey     = "format"
	formatName    = "artnn"
	versionKey    = "version"
	version       = "2"
	kindKey       = "kind"
	configKey     = "config"
	tokenizerKey  = "tokenizer"
	buffersKey    = "buffers"
	provenanceKey = "provenance"
	trainingKey   = "training"

	trainingPrefix = "training."
	scaleSuffix    = ".scale"
)

// Described is a module that says what it is.
type Described interface {
	// Describe returns the kind and a configuration that JSON can hold.
	Describe() (kind string, config any)
}

// Tokenized is a module with a tokenizer of its own.
type Tokenized interface {
	Tokenizer() tokenizer.Tokenizer
}

// Options change what [Write] writes.
type Options struct {
	// Updates train the module; with them training can go on from the file.
	Updates []*update.Update
	// DType stores floating-point weights as F16 or BF16; 0 loses nothing.
	DType safetensors.DType
	// Facts are about where the file comes from, such as "data" or "licence".
	Facts map[string]string
}

// Write writes a module, and with Updates its training, in the layout of this
// package.
//
// Errors: numbers that are not finite ([*DivergedError]), or too large for DType; a state whose names
// are those of training; Updates together with a DType, or of weights that have
// been replaced since, so that training could not go on from where it stood; what w
// returns.
func Write(w io.Writer, m layers.Module, o Options) error {
	if o.Updates != nil && o.DType != 0 {
		return fmt.Errorf("training: it could not go on from weights rounded to %v: save without one of the two", o.DType)
	}
	meta, err := describe(m, o.Facts)
	if err != nil {
		return err
	}
	list, buffers, err := arrays(m, o.DType)
	if err != nil {
		return err
	}
	if buffers != nil {
		if meta[buffersKey], err = marshal(buffers); err != nil {
			return err
		}
	}
	if o.Updates != nil {
		more, err := training(o.Updates, meta)
		if err != nil {
			return err
		}
		list = append(list, more...)
	}
	return safetensors.Write(w, list, meta)
}

// describe is the metadata of a module.
func describe(m layers.Module, facts map[string]string) (map[string]string, error) {
	meta := map[string]string{formatKey: formatName, versionKey: version}
	from := Provenance{Maker: Program(), Facts: facts}
	var err error
	if d, ok := m.(Described); ok {
		from.Package = packageOf(m)
		kind, config := d.Describe()
		meta[kindKey] = kind
		if meta[configKey], err = marshal(config); err != nil {
			return nil, fmt.Errorf("configuration: %w", err)
		}
	}
	if t, ok := m.(Tokenized); ok {
		if meta[tokenizerKey], err = marshal(t.Tokenizer()); err != nil {
			return nil, fmt.Errorf("tokenizer: %w", err)
		}
	}
	meta[provenanceKey], err = marshal(from)
	return meta, err
}

func marshal(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}

// arrays lists a module's state for a file, and which of it are buffers.
func arrays(m layers.Module, d safetensors.DType) (list []safetensors.Tensor, buffers []string, err error) {
	for name, e := range unique(m) {
		if strings.HasPrefix(name, trainingPrefix) {
			return nil, nil, fmt.Errorf("%q: names that begin with %q are those of training: give that part of the model another", name, trainingPrefix)
		}
		var more []safetensors.Tensor
		switch w := e.Value.(type) {
		case *tensor.Tensor:
			if e.Buffer {
				buffers = append(buffers, name)
			}
			if more, err = floats(name, w, d); err != nil {
				return nil, nil, err
			}
		case *tensor.Stored:
			if more, err = stored(name, w); err != nil {
				return nil, nil, err
			}
		default:
			return nil, nil, fmt.Errorf("weight %q: a %T cannot be written to this format", name, w)
		}
		list = append(list, more...)
	}
	return list, buffers, nil
}

// unique is a module's state without the second names of tied tensors.
func unique(m layers.Module) func(func(string, layers.Entry) bool) {
	return func(yield func(string, layers.Entry) bool) {
		seen := map[tensor.Weight]bool{}
		for name, e := range m.State() {
			if seen[e.Value] {
				continue
			}
			seen[e.Value] = true
			if !yield(name, e) {
				return
			}
		}
	}
}

// floats is a tensor for a file, stored as d, or as it is if that is 0.
func floats(name string, t *tensor.Tensor, d safetensors.DType) ([]safetensors.Tensor, error) {
	a := safetensors.Tensor{Name: name, DType: d, Shape: t.Shape()}
	if t.Backend().Precision() == backend.Float64 {
		values := t.Float64s()
		a.Values = values
		return []safetensors.Tensor{a}, finite(name, 0, values, d)
	}
	values := numbersOf(t)
	a.Values = values
	for first, part := range safetensors.Pieces(values) {
		if err := finite(name, first, part, d); err != nil {
			return nil, err
		}
	}
	return []safetensors.Tensor{a}, nil
}

// numbers are those of a tensor where they are: a copy of all that a training holds
// would take as much memory as the training.
type numbers struct {
	t    *tensor.Tensor
	view backend.View // contiguous
}

// numbersOf are a tensor's numbers in row-major order, of a copy where they are stored
// in another.
func numbersOf(t *tensor.Tensor) numbers {
	if v := t.View(); v.Contiguous() {
		return numbers{t, v}
	}
	t = tensor.FromSliceOn(t.Backend(), t.Float32s(), t.Shape()...)
	return numbers{t, t.View()}
}

func (n numbers) Len() int { return n.view.Size() }

func (n numbers) Read(dst []float32, first int) {
	n.t.Backend().Read32(dst, n.view.Buf, n.view.Offset+first)
}

// DivergedError is the error of a tensor with a number that is not finite: a file
// of it could not be used.
type DivergedError struct {
	Tensor string
	Err    error // which number, and what it is
}

func (e *DivergedError) Error() string {
	return e.Err.Error() + ": training has diverged, and the file could not be used"
}

// Unwrap is Err.
func (e *DivergedError) Unwrap() error { return e.Err }

// finite returns an error if one of the values, the first of which is element first of
// an array, could not be stored as d.
func finite[T float32 | float64](name string, first int, values []T, d safetensors.DType) error {
	if err := safetensors.NonFinite(name, first, values); err != nil {
		return &DivergedError{name, err}
	}
	return safetensors.Overflow(name, first, d, values)
}

var errIdle = errors.New("training: nothing is left to train, because all weights have been replaced by smaller ones: save without training")

// training lists the state of updates for a file and notes the rest of it in the
// metadata.
func training(updates []*update.Update, meta map[string]string) (list []safetensors.Tensor, err error) {
	var states []update.State
	for i, u := range updates {
		if u.Idle() {
			return nil, errIdle
		}
		if name := u.Replaced(); name != "" {
			return nil, fmt.Errorf("training: the weight %q has been replaced since training began, as by a smaller one, and could not learn on: save without training", name)
		}
		states = append(states, u.State())
		for name, t := range u.Tensors() {
			more, err := floats(trainingName(i, name), t, 0)
			if err != nil {
				return nil, err
			}
			list = append(list, more...)
		}
	}
	if meta[trainingKey], err = marshal(states); err != nil {
		return nil, fmt.Errorf("training: %w", err)
	}
	return list, nil
}

func trainingName(i int, name string) string { return trainingPrefix + strconv.Itoa(i) + "." + name }

package models

import (
	"errors"
	"fmt"
	"io"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// LoadOption changes how a file is loaded.
type LoadOption func(*source)

// On loads a model onto a backend of choice; without it, the default one.
func On(be backend.Backend) LoadOption { return func(s *source) { s.be = be } }

// Load reads a model of any kind from a file that [Save] wrote. The type of the
// result tells which it is.
//
// Errors: as [LoadMLP].
func Load(path string, options ...LoadOption) (Model, error) {
	return load(path, options, (*source).any)
}

// LoadMLP reads an [MLP] from a file that [Save] wrote.
//
// Nothing is taken on trust: before a network is made, the file must hold
// exactly the tensors that its configuration asks for.
//
// A file written [WithTraining] gives a network that goes on training where it
// stood.
//
// Errors: a file that is damaged, of another kind, of another version, or whose
// tensors are missing, left over, misshapen or not finite. Each says what and
// where.
func LoadMLP(path string, options ...LoadOption) (*MLP, error) {
	return load(path, options, (*source).mlp)
}

// LoadGAN reads a [GAN] as [LoadMLP] does an MLP. From a file saved
// [ForInference] comes a GAN without a discriminator: Generate, Images and
// Interpolate are all it can do.
func LoadGAN(path string, options ...LoadOption) (*GAN, error) {
	return load(path, options, (*source).gan)
}

// LoadTextGenerator reads a [TextGenerator] with its tokenizer as [LoadMLP]
// does an MLP.
func LoadTextGenerator(path string, options ...LoadOption) (*TextGenerator, error) {
	return load(path, options, (*source).textGenerator)
}

// Read is [Load] from the size bytes behind r, such as a file of an embed.FS.
func Read(r io.ReaderAt, size int64, options ...LoadOption) (Model, error) {
	return read(r, size, options, (*source).any)
}

// ReadMLP is [LoadMLP] from the size bytes behind r.
func ReadMLP(r io.ReaderAt, size int64, options ...LoadOption) (*MLP, error) {
	return read(r, size, options, (*source).mlp)
}

// ReadGAN is [LoadGAN] from the size bytes behind r.
func ReadGAN(r io.ReaderAt, size int64, options ...LoadOption) (*GAN, error) {
	return read(r, size, options, (*source).gan)
}

// ReadTextGenerator is [LoadTextGenerator] from the size bytes behind r.
func ReadTextGenerator(r io.ReaderAt, size int64, options ...LoadOption) (*TextGenerator, error) {
	return read(r, size, options, (*source).textGenerator)
}

func load[M any](path string, options []LoadOption, build func(*source) (M, error)) (m M, err error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	if m, err = from(f, options, build); err != nil {
		return m, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func read[M any](r io.ReaderAt, size int64, options []LoadOption, build func(*source) (M, error)) (m M, err error) {
	f, err := safetensors.Read(r, size)
	if err != nil {
		return m, err
	}
	return from(f, options, build)
}

// from checks that the file is a model's and hands it to build, whose result
// counts only without an error.
func from[M any](f *safetensors.File, options []LoadOption, build func(*source) (M, error)) (M, error) {
	var none M
	s := &source{file: f, meta: f.Metadata()}
	for _, o := range options {
		o(s)
	}
	if s.meta[formatKey] != formatName {
		return none, errors.New("not a model saved by this library: the metadata has no \"format\": \"artnn\"")
	}
	if v := s.meta[versionKey]; v != version {
		return none, fmt.Errorf("file version %q: this library reads version %s; a newer one may have written it", v, version)
	}
	m, err := build(s)
	if err != nil {
		return none, err
	}
	return m, nil
}

// source is a file whose metadata says that it holds a model.
type source struct {
	file *safetensors.File
	meta map[string]string
	be   backend.Backend
}

func (s *source) any() (Model, error) {
	switch kind := s.meta[modelKey]; kind {
	case "MLP":
		return s.mlp()
	case "Tabular":
		return s.tabular()
	case "GAN":
		return s.gan()
	case "TextGenerator":
		return s.textGenerator()
	case "QuantizedTextGenerator":
		return s.quantized()
	default:
		return nil, fmt.Errorf("holds a model of unknown kind %q", kind)
	}
}

func (s *source) mlp() (*MLP, error) {
	var cfg MLPConfig
	if err := s.config("MLP", &cfg); err != nil {
		return nil, err
	}
	cfg.Backend = s.be
	cfg = cfg.withDefaults()
	if err := s.expect(cfg.check(), cfg.shapes()); err != nil {
		return nil, err
	}
	m, err := NewMLP(cfg)
	if err != nil {
		return nil, err
	}
	return m, s.fill(m)
}

func (s *source) gan() (*GAN, error) {
	var cfg GANConfig
	if err := s.config("GAN", &cfg); err != nil {
		return nil, err
	}
	cfg.Backend = s.be
	cfg = cfg.withDefaults()
	alone, err := s.hasPart(generatorPart)
	if err != nil {
		return nil, err
	}
	if alone {
		cfg.EMA = 0
		if err := s.expect(cfg.check(), cfg.generatorShapes()); err != nil {
			return nil, err
		}
		m := newGenerator(cfg, tensor.NewRNGOn(cfg.Backend, cfg.Seed))
		return m, s.fill(m)
	}
	if err := s.expect(cfg.check(), cfg.shapes()); err != nil {
		return nil, err
	}
	m, err := NewGAN(cfg)
	if err != nil {
		return nil, err
	}
	return m, s.fill(m)
}

func (s *source) textGenerator() (*TextGenerator, error) {
	var cfg TextConfig
	if err := s.config("TextGenerator", &cfg); err != nil {
		return nil, err
	}
	vocab, err := tokenizer.Parse([]byte(s.meta[vocabularyKey]))
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	cfg.Backend = s.be
	cfg = cfg.withDefaults()
	if err := s.expect(cfg.check(vocab.Len()), cfg.shapes(vocab.Len())); err != nil {
		return nil, err
	}
	m, err := NewTextGenerator(vocab, cfg)
	if err != nil {
		return nil, err
	}
	return m, s.fill(m)
}

// config reads the configuration of a model that must be of the given kind.
func (s *source) config(kind string, into any) error {
	if got := s.meta[modelKey]; got != kind {
		return fmt.Errorf("holds %s %s, not %s %s", article(got), got, article(kind), kind)
	}
	if err := strictjson.Unmarshal([]byte(s.meta[configKey]), into); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	return nil
}

func article(kind string) string {
	if kind == "MLP" {
		return "an"
	}
	return "a"
}

// expect holds that the file has exactly the tensors of a configuration. Until
// then nothing is allocated that the configuration alone says: it may lie.
func (s *source) expect(bad error, want shapes) error {
	if bad != nil {
		return fmt.Errorf("configuration: %w", bad)
	}
	return s.expectExactly(want, nil)
}

// expectExactly holds that the file has the tensors of the given names and
// shapes and no others: int8 those that are named so, floating-point the rest.
func (s *source) expectExactly(want shapes, int8s map[string]bool) error {
	known := map[string]bool{}
	for name, shape := range want {
		if err := s.file.Expect(name, shape...); err != nil {
			return err
		}
		info, err := s.file.Info(name)
		if err != nil {
			return err
		}
		if int8s[name] && info.DType != safetensors.I8 {
			return fmt.Errorf("tensor %q: expected I8, got %v", name, info.DType)
		}
		if !int8s[name] && !info.DType.IsFloat() {
			return fmt.Errorf("tensor %q: expected floating-point numbers, got %v", name, info.DType)
		}
		known[name] = true
	}
	for _, name := range s.file.Names() {
		if !known[name] && !s.ofTraining(name) {
			return fmt.Errorf("tensor %q: the model has none of that name", name)
		}
	}
	return nil
}

// fill overwrites a model's tensors with those of the file, and takes up its
// training if the file tells where that stands.
func (s *source) fill(m Model) error {
	for name, t := range m.contents().tensors {
		if err := s.fillOne(name, t); err != nil {
			return err
		}
	}
	if _, ok := s.meta[trainingKey]; ok {
		if err := s.resume(m.training()); err != nil {
			return fmt.Errorf("training: %w", err)
		}
	}
	return nil
}

func (s *source) fillOne(name string, t *tensor.Tensor) error {
	if t.Backend().Precision() == backend.Float64 {
		values, err := s.file.Float64s(name)
		if err == nil {
			err = safetensors.NonFinite(name, 0, values)
		}
		if err != nil {
			return err
		}
		t.SetFloat64s(values)
		return nil
	}
	values, err := s.file.Float32s(name)
	if err == nil { // after rounding, which may overflow
		err = safetensors.NonFinite(name, 0, values)
	}
	if err != nil {
		return err
	}
	t.SetFloat32s(values)
	return nil
}

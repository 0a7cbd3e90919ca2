package models

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"reflect"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/train/checkpoint"
)

// LoadOption changes how a file is loaded.
type LoadOption func(*loading)

type loading struct {
	be   backend.Backend
	half bool
}

// On loads a model onto a backend of choice; without it, the default one.
func On(be backend.Backend) LoadOption { return func(l *loading) { l.be = be } }

// KeepHalf keeps weights that the file stores in half precision in that form in
// memory: half the memory, widened as they are used. They cannot be trained.
func KeepHalf() LoadOption { return func(l *loading) { l.half = true } }

// Load reads a model of any registered kind from a file that [Save] wrote. The
// type of the result tells which it is.
//
// Nothing is taken on trust: before memory is taken for a model, the file must
// hold exactly the arrays that its configuration asks for. A file written
// [WithTraining] gives a model that goes on training where it stood.
//
// Errors: a file that is damaged, of an unknown kind, of another version, or whose
// arrays are missing, unexpected, misshapen (all of them are listed) or not
// finite.
func Load(path string, options ...LoadOption) (Model, error) {
	f, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return named(path)(load(f, options))
}

// LoadAs is [Load] of a model that must be of one type:
//
//	gan, err := models.LoadAs[*models.GAN]("faces.safetensors")
//
// Errors: those of Load, and a model of another type.
func LoadAs[M Model](path string, options ...LoadOption) (M, error) {
	var none M
	m, err := Load(path, options...)
	if err != nil {
		return none, err
	}
	as, ok := m.(M)
	if !ok {
		return none, fmt.Errorf("%s: holds a model of kind %s, not %s", path, Kind(m), kindsOf(reflect.TypeFor[M]()))
	}
	return as, nil
}

// LoadFS is [Load] from a file system, such as an embed.FS.
func LoadFS(fsys fs.FS, name string, options ...LoadOption) (Model, error) {
	if info, err := fs.Stat(fsys, name); err == nil {
		if err := regular.Check(info.Mode()); err != nil { // to open a pipe could wait for ever
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	file, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	r, ok := file.(io.ReaderAt)
	if !ok {
		all, err := io.ReadAll(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return named(name)(read(bytes.NewReader(all), int64(len(all)), options...))
	}
	return named(name)(read(r, info.Size(), options...))
}

// named puts the name of a file before an error.
func named(name string) func(Model, error) (Model, error) {
	return func(m Model, err error) (Model, error) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return m, nil
	}
}

func read(r io.ReaderAt, size int64, options ...LoadOption) (Model, error) {
	f, err := checkpoint.Read(r, size)
	if err != nil {
		return nil, err
	}
	return load(f, options)
}

func load(f *checkpoint.File, options []LoadOption) (Model, error) {
	var o loading
	for _, option := range options {
		option(&o)
	}
	kind, env, err := described(f)
	if err != nil {
		return nil, err
	}
	if _, err := plausible(f, kind, env); err != nil {
		return nil, err
	}
	env.Backend = on(o.be)
	m, err := kind.build(f.Config(), env)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	// Weights of a file with training are in half precision only if they were so in
	// memory: as tensors they would have moments.
	if err := f.Fill(m, o.half || f.HasTraining()); err != nil {
		return nil, err
	}
	if !f.HasTraining() {
		return m, nil
	}
	t, ok := m.(Trainable)
	if !ok {
		return nil, fmt.Errorf("training: a %s cannot learn", kind.kind)
	}
	if err := try(func() error { return f.Resume(t.Updates()) }); err != nil {
		return nil, err
	}
	return m, nil
}

// plausible builds the model without memory and compares it with the file: its
// configuration may lie.
func plausible(f *checkpoint.File, kind family, env Env) (Model, error) {
	m, err := kind.plan(f.Config(), env)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return m, f.Check(m)
}

package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/train/checkpoint"
)

// Checkpoints say where and when a [Trainer] writes all that it needs to go on.
// One is written at the end of every run that went well, interrupted or not.
//
// A checkpoint is a folder
//
//	DIR/step-000001200/NAME.safetensors   one for each model
//	                   state.json         step, position in the data, schedule, configuration, versions
//	                   SHA256SUMS         of the files above, for sha256sum -c
//
// that appears whole or not at all, and is believed only if all sums agree.
type Checkpoints struct {
	Dir   string        // "" writes none
	Every int           // steps between checkpoints
	After time.Duration // time between checkpoints; default 5 minutes if Every is 0
	// Keep is the number of newest checkpoints that stay; default 2, so that one
	// is left if the newest is damaged. The best stays in any case.
	Keep int
	// Resume goes on from the newest checkpoint in Dir that is whole, if there is
	// any. Without it, a folder that holds checkpoints is refused.
	Resume bool
}

func (c Checkpoints) check(models map[string]Model) error {
	switch {
	case c.Dir == "" && c.Resume:
		return errors.New("train: to resume, Checkpoints.Dir must be set")
	case c.Dir == "":
		return nil
	case len(models) == 0:
		return errors.New("train: checkpoints need models")
	case c.Every < 0 || c.After < 0 || c.Keep < 0:
		return errors.New("train: the intervals and number of checkpoints must not be negative")
	}
	for name, m := range models {
		if err := checkpoint.CheckModule(name); err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if err := checkpoint.CheckDescription(module(m)); err != nil {
			return fmt.Errorf("train: model %q: %w", name, err)
		}
	}
	return nil
}

// lock keeps a second run out of the folder until unlock.
func (c Checkpoints) lock() (unlock func(), err error) {
	if c.Dir == "" {
		return func() {}, nil
	}
	if err := os.MkdirAll(c.Dir, 0o777); err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	l := flock.New(filepath.Join(c.Dir, "lock"))
	ok, err := l.TryLock()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return func() {}, nil // a system without locks, such as wasm, has no second process either
	case err != nil:
		return nil, fmt.Errorf("checkpoints: %w", err)
	case !ok:
		return nil, fmt.Errorf("checkpoints: %s is in use by another run: wait for it to end or choose another folder", c.Dir)
	}
	if err := atomicfile.Probe(c.Dir); err != nil { // now, not after hours
		_ = l.Unlock()
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	// The file stays: removing it would let two others lock two files of one name.
	return func() { _ = l.Unlock() }, nil
}

const (
	defaultAfter = 5 * time.Minute
	defaultKeep  = 2
)

// saveDue reports whether a checkpoint is due now: because of the steps or the
// time since the last, or because this one is the best.
func (r *run[B]) saveDue() bool {
	c := r.t.Checkpoints
	if c.Dir == "" {
		return false
	}
	if r.best != nil && r.best.Step == r.Step {
		return true
	}
	after := c.After
	if after == 0 && c.Every == 0 {
		after = defaultAfter
	}
	return c.Every > 0 && r.Step%c.Every == 0 || after > 0 && r.Elapsed-r.savedAt >= after
}

// save writes a checkpoint and removes those no longer wanted.
func (r *run[B]) save() error {
	state, err := r.state()
	if err != nil {
		return fmt.Errorf("checkpoint of step %d: %w", r.Step, err)
	}
	dir, err := checkpoint.WriteFolder(r.t.Checkpoints.Dir, r.Step, r.t.writers(), state)
	var diverged *checkpoint.DivergedError
	if errors.As(err, &diverged) {
		return &NonFiniteError{Step: r.Step, Tensor: fmt.Sprintf("the tensor %q", diverged.Tensor)}
	}
	if err != nil {
		return fmt.Errorf("checkpoint of step %d: %w; the checkpoints before it are untouched", r.Step, err)
	}
	r.Checkpoint, r.saved, r.savedAt = dir, r.Step, r.Elapsed
	keep := r.t.Checkpoints.Keep
	if keep == 0 {
		keep = defaultKeep
	}
	best := -1
	if r.best != nil {
		best = r.best.Step
	}
	if err := checkpoint.Prune(r.t.Checkpoints.Dir, r.Step, keep, best); err != nil {
		r.t.warn("old checkpoints could not be removed: " + err.Error())
	}
	return nil
}

// writers write the models' files.
func (t *Trainer[B]) writers() map[string]func(io.Writer) error {
	files := map[string]func(io.Writer) error{}
	for name, m := range t.Models {
		files[name] = func(w io.Writer) error {
			return checkpoint.Write(w, module(m), checkpoint.Options{Updates: m.Updates()})
		}
	}
	return files
}

// state is what a checkpoint holds besides the models.
func (r *run[B]) state() (State, error) {
	s := State{
		Step: r.Step, Epoch: r.Epoch, Elapsed: r.Elapsed, Validated: &r.validated, Best: r.best, Bad: r.bad,
		Callbacks: map[string]json.RawMessage{}, Maker: checkpoint.Program(), Version: stateVersion,
	}
	if r.t.Data != nil {
		at := r.t.Data.State()
		s.Data = &at
	}
	if p, ok := r.t.Schedule.(*optim.Plateau); ok {
		at := p.State()
		s.Plateau = &at
	}
	var err error
	if s.Config, err = json.Marshal(r.t.Config); err != nil {
		return s, fmt.Errorf("configuration: %w", err)
	}
	for i, c := range r.t.Callbacks {
		if f, ok := c.(Stateful); ok {
			if s.Callbacks[callbackKey(i, c)], err = json.Marshal(f.State()); err != nil {
				return s, fmt.Errorf("state of callback %T: %w", c, err)
			}
		}
	}
	return s, nil
}

// callbackKey tells callbacks of a run apart.
func callbackKey(i int, c Callback) string { return fmt.Sprintf("%d %T", i, c) }

// resume goes on from the newest checkpoint if that is wanted.
func (r *run[B]) resume() error {
	dir := r.t.Checkpoints.Dir
	if dir == "" {
		return nil
	}
	if err := checkpoint.Sweep(dir); err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	names, err := checkpoint.Folders(dir)
	if err != nil {
		return fmt.Errorf("checkpoints: %w", err)
	}
	switch {
	case len(names) == 0:
		return nil
	case !r.t.Checkpoints.Resume:
		return fmt.Errorf("checkpoints: %s holds those of an earlier run, the newest %s: resume it or choose another folder", dir, names[0])
	}
	c, err := LatestCheckpoint(dir)
	if err != nil {
		return err
	}
	for _, d := range c.Damaged {
		r.t.warn(fmt.Sprintf("a damaged checkpoint is passed over: %v; going on from step %d", d, c.State.Step))
	}
	if made, here := c.State.Maker, checkpoint.Program(); made.Kernels != here.Kernels || made.Arch != here.Arch {
		r.t.warn(fmt.Sprintf("the checkpoint was made with %s kernels on %s, these are %s on %s: results will differ in the last digits",
			made.Kernels, made.Arch, here.Kernels, here.Arch))
	}
	return r.takeUp(c)
}

// takeUp puts everything where a checkpoint says it stood.
func (r *run[B]) takeUp(c *Checkpoint) error {
	for _, name := range r.t.names() {
		if err := restoreFile(r.t.Models[name], c.File(name)); err != nil {
			return fmt.Errorf("resume %s: %w", c.File(name), err)
		}
	}
	s := c.State
	if r.t.Data != nil {
		if s.Data == nil {
			return fmt.Errorf("resume %s: it holds no position in the data", c.Dir)
		}
		if err := r.t.Data.SetState(*s.Data); err != nil {
			return fmt.Errorf("resume %s: %w", c.Dir, err)
		}
	}
	if p, ok := r.t.Schedule.(*optim.Plateau); ok && s.Plateau != nil {
		if err := p.SetState(*s.Plateau); err != nil {
			return fmt.Errorf("resume %s: %w", c.Dir, err)
		}
	}
	for i, cb := range r.t.Callbacks {
		f, ok := cb.(Stateful)
		state := s.Callbacks[callbackKey(i, cb)]
		if !ok || state == nil {
			continue // it is new in this run
		}
		if err := f.SetState(state); err != nil {
			return fmt.Errorf("resume %s: callback %T: %w", c.Dir, cb, err)
		}
	}
	r.Step, r.before, r.Checkpoint = s.Step, s.Elapsed, c.Dir
	r.Elapsed = s.Elapsed
	r.validated = s.Step // as older programs took it
	if s.Validated != nil {
		r.validated = *s.Validated
	}
	r.best, r.bad = s.Best, s.Bad
	r.Best = s.Best
	r.Stopped = r.progress.stopped()
	return nil
}

func restoreFile(m Model, path string) error {
	f, err := regular.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("there is no such file: the checkpoint is of a run with other models")
		}
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return checkpoint.Restore(module(m), m.Updates(), f, info.Size())
}

package train

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/optim"
)

// State is the part of a checkpoint that is not in the models' files.
type State struct {
	Version   int                        `json:"version"` // of this format
	Step      int                        `json:"step"`
	Epoch     int                        `json:"epoch"`
	Elapsed   time.Duration              `json:"elapsed_ns"`
	Data      *data.State                `json:"data,omitempty"`    // of the next batch
	Plateau   *optim.PlateauState        `json:"plateau,omitempty"` // other schedules are functions of the step
	Best      *Best                      `json:"best,omitempty"`
	Bad       int                        `json:"bad"` // validations since the best
	Callbacks map[string]json.RawMessage `json:"callbacks,omitempty"`
	Config    json.RawMessage            `json:"config,omitempty"` // [Trainer.Config]
	Maker     Maker                      `json:"maker"`
}

// Maker is the program that wrote a checkpoint: other kernels give other bits.
type Maker struct {
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Backend string `json:"backend"`
	Kernels string `json:"kernels"`
}

func thisProgram() Maker {
	return Maker{runtime.Version(), runtime.GOOS, runtime.GOARCH, backend.Default().Name(), string(asm.Selected())}
}

// stateVersion is raised when older programs could not read the state.
const stateVersion = 1

const (
	stepPrefix = "step-"
	tempPrefix = ".tmp-" // of folders that are being written or removed
	modelExt   = ".safetensors"
	stateName  = "state.json"
	sumsName   = "SHA256SUMS"
)

// Checkpoint is a checkpoint on disk whose sums have been found to agree.
type Checkpoint struct {
	Dir   string
	State State
	// Damaged tells what was wrong with newer ones.
	Damaged []error
}

// File is the path of a model's file: for models.Load and its kin.
func (c *Checkpoint) File(name string) string { return filepath.Join(c.Dir, name+modelExt) }

// ErrNoCheckpoint is wrapped by the errors of folders without any.
var ErrNoCheckpoint = errors.New("no checkpoint")

// LatestCheckpoint finds the newest checkpoint in a folder that is whole.
//
// Errors: none there ([ErrNoCheckpoint]), or none whole, with what is wrong with
// each.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	names, err := list(dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	var damaged []error
	for _, name := range names {
		c, err := open(filepath.Join(dir, name))
		if err == nil {
			c.Damaged = damaged
			return c, nil
		}
		damaged = append(damaged, err)
	}
	if damaged == nil {
		return nil, fmt.Errorf("%w in %s", ErrNoCheckpoint, dir)
	}
	return nil, fmt.Errorf("checkpoints: none in %s is whole: %w", dir, errors.Join(damaged...))
}

// BestCheckpoint finds the checkpoint whose monitored metric was best.
//
// Errors: those of [LatestCheckpoint]; a run without validation; a best one that
// is damaged.
func BestCheckpoint(dir string) (*Checkpoint, error) {
	latest, err := LatestCheckpoint(dir)
	if err != nil {
		return nil, err
	}
	if latest.State.Best == nil {
		return nil, fmt.Errorf("%w in %s is marked as best: the run was not validated", ErrNoCheckpoint, dir)
	}
	return open(filepath.Join(dir, stepName(latest.State.Best.Step)))
}

func stepName(step int) string { return fmt.Sprintf("%s%09d", stepPrefix, step) }

// list names the checkpoints of a folder, newest first.
func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		var step int
		if _, bad := fmt.Sscanf(e.Name(), stepPrefix+"%d", &step); bad == nil && e.IsDir() && e.Name() == stepName(step) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { // numbers may outgrow their zeros
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(b, a)
	})
	return names, err
}

// temp makes a folder that [sweep] would remove.
func temp(dir, name string) (string, error) {
	var random [8]byte
	rand.Read(random[:]) // never fails, by its documentation
	path := filepath.Join(dir, tempPrefix+name+"-"+hex.EncodeToString(random[:]))
	return path, os.Mkdir(path, 0o777)
}

// sweep removes what a run that was killed has left half done.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// write makes a checkpoint and returns its folder.
func write(dir string, s State, models map[string]Model) (string, error) {
	s.Version = stateVersion
	name := stepName(s.Step)
	tmp, err := temp(dir, name)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp) // there no more if all went well
	var sums bytes.Buffer
	file := func(name string, f func(io.Writer) error) error {
		hash := sha256.New()
		err := atomicfile.Write(filepath.Join(tmp, name), func(w io.Writer) error { return f(io.MultiWriter(w, hash)) })
		fmt.Fprintf(&sums, "%x  %s\n", hash.Sum(nil), name)
		return err
	}
	for name, m := range models {
		if err := file(name+modelExt, m.Checkpoint); err != nil {
			return "", err
		}
	}
	err = file(stateName, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "\t")
		return e.Encode(s)
	})
	if err != nil {
		return "", err
	}
	text := sums.Bytes()
	if err := atomicfile.Write(filepath.Join(tmp, sumsName), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return "", err
	}
	final := filepath.Join(dir, name)
	if err := discard(dir, name); err != nil { // a damaged one that this one replaces
		return "", err
	}
	if err := os.Rename(tmp, final); err != nil {
		return "", err
	}
	atomicfile.SyncDir(dir)
	return final, nil
}

// discard removes a checkpoint, which is gone at once even if removing its files
// is cut short.
func discard(dir, name string) error {
	tmp, err := temp(dir, name)
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	err = os.Rename(filepath.Join(dir, name), filepath.Join(tmp, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// prune keeps the newest checkpoints and the best. Those beyond the step of the
// newest were damaged, or it would have gone on from them.
func prune(dir string, newest, keep int, best *Best) error {
	names, err := list(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		beyond := len(name) > len(stepName(newest)) || name > stepName(newest)
		switch {
		case !beyond && keep > 0:
			keep--
			continue
		case best != nil && name == stepName(best.Step):
			continue
		}
		if err := discard(dir, name); err != nil {
			return err
		}
	}
	return nil
}

// mostText bounds what is read of the small files of a checkpoint.
const mostText = 16 << 20

// open reads a checkpoint's state after all its sums have been found to agree.
func open(dir string) (*Checkpoint, error) {
	sums, err := readText(filepath.Join(dir, sumsName))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	checked := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(sums))
	for lines.Scan() {
		want, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || name != filepath.Base(name) {
			return nil, fmt.Errorf("%s: %s: %q is not a sum and a file", dir, sumsName, lines.Text())
		}
		got, err := sum(filepath.Join(dir, name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		if got != want {
			return nil, fmt.Errorf("%s: %s is damaged: its sum does not agree with %s", dir, name, sumsName)
		}
		checked[name] = true
	}
	if !checked[stateName] {
		return nil, fmt.Errorf("%s: %s is cut short: it does not name %s", dir, sumsName, stateName)
	}
	text, err := readText(filepath.Join(dir, stateName))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	c := &Checkpoint{Dir: dir}
	if err := json.Unmarshal(text, &c.State); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", dir, stateName, err)
	}
	if v := c.State.Version; v != stateVersion {
		return nil, fmt.Errorf("%s: written in version %d of the format, this program reads version %d", dir, v, stateVersion)
	}
	if c.State.Step < 0 || c.State.Elapsed < 0 || c.State.Bad < 0 {
		return nil, fmt.Errorf("%s: %s: negative counts", dir, stateName)
	}
	return c, nil
}

func readText(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostText+1))
	if err == nil && len(text) > mostText {
		err = fmt.Errorf("%s: more than %d bytes", path, mostText)
	}
	return text, err
}

func sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

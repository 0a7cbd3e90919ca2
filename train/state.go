package train

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/train/checkpoint"
)

// State is the part of a checkpoint that is not in the models' files.
type State struct {
	Version   int                        `json:"version"` // of this format
	Step      int                        `json:"step"`
	Epoch     int                        `json:"epoch"`
	Elapsed   time.Duration              `json:"elapsed_ns"`
	Data      *data.State                `json:"data,omitempty"`      // of the next batch
	Plateau   *optim.PlateauState        `json:"plateau,omitempty"`   // other schedules are functions of the step
	Validated *int                       `json:"validated,omitempty"` // step of the last validation
	Best      *Best                      `json:"best,omitempty"`
	Bad       int                        `json:"bad"` // validations since the best
	Callbacks map[string]json.RawMessage `json:"callbacks,omitempty"`
	Config    json.RawMessage            `json:"config,omitempty"` // [Trainer.Config]
	Maker     checkpoint.Maker           `json:"maker"`
}

// stateVersion is raised when older programs could not read the state.
const stateVersion = 1

// Checkpoint is a checkpoint on disk whose sums have been found to agree.
type Checkpoint struct {
	Dir   string
	State State
	// Damaged tells what was wrong with newer ones.
	Damaged []error
}

// File is the path of a model's file: for models.Load and its kin.
func (c *Checkpoint) File(name string) string { return filepath.Join(c.Dir, checkpoint.FileName(name)) }

// ErrNoCheckpoint is wrapped by the errors of folders without any.
var ErrNoCheckpoint = checkpoint.ErrNone

// LatestCheckpoint finds the newest checkpoint in a folder that is whole.
//
// Errors: none there ([ErrNoCheckpoint]), or none whole, with what is wrong with
// each.
func LatestCheckpoint(dir string) (*Checkpoint, error) {
	return opened(checkpoint.Latest(dir, new(State).parse))
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
	return opened(checkpoint.OpenFolder(dir, latest.State.Best.Step, new(State).parse))
}

// opened reads the state of a folder, which parse has accepted.
func opened(f *checkpoint.Folder, err error) (*Checkpoint, error) {
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Dir: f.Dir, Damaged: f.Damaged}
	return c, c.State.parse(f.State)
}

// parse reads a state from its JSON.
func (s *State) parse(text []byte) error {
	*s = State{}
	if err := json.Unmarshal(text, s); err != nil {
		return err
	}
	if s.Version != stateVersion {
		return fmt.Errorf("written in version %d of the format, this program reads version %d", s.Version, stateVersion)
	}
	if s.Step < 0 || s.Elapsed < 0 || s.Bad < 0 || s.Validated != nil && *s.Validated < 0 {
		return fmt.Errorf("negative counts")
	}
	return nil
}

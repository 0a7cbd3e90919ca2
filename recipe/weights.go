package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/checkpoint"
)

// checkpointModel is the model's name in checkpoints.
const checkpointModel = "model"

// saveBest leaves the weights that validation found best, or else the last, in
// the run's folder and in the model.
func (s *session[B]) saveBest(r train.Report) error {
	if r.Best != nil && r.Best.Step != r.Step {
		best, err := train.BestCheckpoint(s.run.Checkpoints())
		if err != nil {
			s.o.warn(fmt.Sprintf("the best weights cannot be read, the last are saved: %v", err))
		} else if err := restore(s.Model, best.File(checkpointModel)); err != nil {
			return err
		}
	}
	return models.Save(s.run.Model(), s.Model)
}

// restore takes a checkpoint's weights up.
func restore(m models.Trainable, path string) error {
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkpoint.Restore(m, m.Updates(), f, stat.Size()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// ModelFile finds a model: a file, or a run's folder with its finished model or
// else its newest checkpoint.
func ModelFile(path string) (string, error) {
	stat, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s: there is no such model: give a run's folder or a .safetensors file", path)
	}
	if err != nil {
		return "", err
	}
	if !stat.IsDir() {
		return path, nil
	}
	run := rundir.At(path)
	if _, err := os.Stat(run.Model()); err == nil {
		return run.Model(), nil
	}
	c, damaged := train.LatestCheckpoint(run.Checkpoints())
	if damaged == nil {
		return c.File(checkpointModel), nil
	}
	files, _ := filepath.Glob(filepath.Join(path, "*.safetensors"))
	if len(files) == 0 && !errors.Is(damaged, train.ErrNoCheckpoint) {
		return "", damaged // it names the folder
	}
	if len(files) == 0 {
		return "", fmt.Errorf("%s: the folder holds no model: it has neither %s nor checkpoints", path, filepath.Base(run.Model()))
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return "", fmt.Errorf("%s: the folder is no run, name one of its models: %s", path, strings.Join(files, ", "))
}

// LoadModel loads the model that [ModelFile] finds.
func LoadModel(path string) (models.Model, error) {
	file, err := ModelFile(path)
	if err != nil {
		return nil, err
	}
	return models.Load(file)
}

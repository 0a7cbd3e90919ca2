package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/org/artnn/cmd/artnn/internal/rundir"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// modelFile finds the model that a user names: a file, or a run's folder with
// its finished model or else its newest checkpoint.
func modelFile(path string) (string, error) {
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
	if c, err := train.LatestCheckpoint(run.Checkpoints()); err == nil {
		return c.File(checkpointModel), nil
	}
	files, _ := filepath.Glob(filepath.Join(path, "*.safetensors"))
	if len(files) == 0 {
		return "", fmt.Errorf("%s: the folder holds no model: it has neither %s nor checkpoints", path, filepath.Base(run.Model()))
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return "", fmt.Errorf("%s: the folder is no run, name one of its models: %s", path, strings.Join(files, ", "))
}

// checkpointModel is the model's name in checkpoints.
const checkpointModel = "model"

// loadModel loads the model that a user names.
func loadModel(path string) (models.Model, error) {
	file, err := modelFile(path)
	if err != nil {
		return nil, err
	}
	return models.Load(file)
}

// loadAs loads a model of one kind, of which art, such as "pictures", is what
// it makes.
func loadAs[M models.Model](path, art string) (m M, err error) {
	any, err := loadModel(path)
	if err != nil {
		return m, err
	}
	m, ok := any.(M)
	if !ok {
		return m, fmt.Errorf("%s: holds a model of kind %s, which makes no %s: %s", path, any.Kind(), art, useOf(any.Kind()))
	}
	return m, nil
}

// useOf says what a model of another kind is for.
func useOf(kind string) string {
	switch kind {
	case "GAN":
		return "use \"artnn generate image\""
	case "TextGenerator", "QuantizedTextGenerator":
		return "use \"artnn generate text\""
	case "Tabular":
		return "use \"artnn predict\""
	default:
		return "\"artnn info\" tells what it is"
	}
}

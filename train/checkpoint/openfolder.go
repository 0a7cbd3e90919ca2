package checkpoint

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/org/artnn/internal/regular"
)

// Folder is a checkpoint on disk whose sums have been found to agree.
type Folder struct {
	Dir   string
	State json.RawMessage
	// Damaged tells what was wrong with newer ones.
	Damaged []error
}

// ErrNone is wrapped by the errors of folders without checkpoints.
var ErrNone = errors.New("no checkpoint")

// Latest finds the newest checkpoint in dir that is whole. Each whole one's
// state.json is given to accept, which may keep it and returns an error if a run
// cannot go on from it; then the next older one is tried.
//
// Errors: none there ([ErrNone]), or none whole and accepted, with what is wrong
// with each; those of reading dir.
func Latest(dir string, accept func(state []byte) error) (*Folder, error) {
	names, err := Folders(dir)
	if err != nil {
		return nil, fmt.Errorf("checkpoints: %w", err)
	}
	var damaged []error
	for _, name := range names {
		f, err := openFolder(filepath.Join(dir, name), accept)
		if err == nil {
			f.Damaged = damaged
			return f, nil
		}
		damaged = append(damaged, err)
	}
	if damaged == nil {
		return nil, fmt.Errorf("%w in %s", ErrNone, dir)
	}
	return nil, fmt.Errorf("checkpoints: none in %s is whole: %w", dir, errors.Join(damaged...))
}

// OpenFolder opens the checkpoint of a step. accept is that of [Latest].
//
// Errors: none of that step; files that are missing or whose sums do not agree;
// what accept returned.
func OpenFolder(dir string, step int, accept func(state []byte) error) (*Folder, error) {
	return openFolder(filepath.Join(dir, StepName(step)), accept)
}

// openFolder reads a checkpoint's state after all its sums have been found to
// agree.
func openFolder(dir string, accept func(state []byte) error) (*Folder, error) {
	sums, err := readText(filepath.Join(dir, sumsName))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	checked := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(sums))
	for lines.Scan() {
		want, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || checkName(name) != nil {
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
	if err := accept(text); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", dir, stateName, err)
	}
	return &Folder{Dir: dir, State: text}, nil
}

func readText(path string) ([]byte, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MostText+1))
	if err == nil {
		err = checkText(path, len(text))
	}
	return text, err
}

func sum(path string) (string, error) {
	f, err := regular.Open(path)
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

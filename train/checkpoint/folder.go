package checkpoint

import (
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
	"slices"
	"strings"

	"github.com/org/artnn/internal/atomicfile"
)

const (
	stepPrefix = "step-"
	tempPrefix = ".tmp-" // of folders that are being written or removed
	modelExt   = ".safetensors"
	stateName  = "state.json"
	sumsName   = "SHA256SUMS"
)

// FileName is the name of a module's file in a folder.
func FileName(module string) string { return module + modelExt }

// StepName is the name of the folder of a step.
func StepName(step int) string { return fmt.Sprintf("%s%09d", stepPrefix, step) }

// Folders names the checkpoints in a folder, newest first; none if there is no
// such folder.
func Folders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		var step int
		if _, bad := fmt.Sscanf(e.Name(), stepPrefix+"%d", &step); bad == nil && e.IsDir() && e.Name() == StepName(step) {
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

// WriteFolder writes the checkpoint of a step into dir: a file for each module,
// and state as JSON. It returns the checkpoint's folder, which is there whole or
// not at all.
//
// Errors: a module whose name can be none of a file; a state that is no JSON or too
// large to be read again ([MostText]); those of the modules and the file system.
func WriteFolder(dir string, step int, modules map[string]func(io.Writer) error, state any) (string, error) {
	for module := range modules {
		if err := CheckModule(module); err != nil {
			return "", err
		}
	}
	text, err := encodeState(state)
	if err != nil {
		return "", err
	}
	name := StepName(step)
	tmp, err := temp(dir, name)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp) // not there any more if all went well
	var sums bytes.Buffer
	file := func(name string, f func(io.Writer) error) error {
		hash := sha256.New()
		err := atomicfile.Write(filepath.Join(tmp, name), func(w io.Writer) error { return f(io.MultiWriter(w, hash)) })
		fmt.Fprintf(&sums, "%x  %s\n", hash.Sum(nil), name)
		return err
	}
	for name, write := range modules {
		if err := file(FileName(name), write); err != nil {
			return "", err
		}
	}
	if err := file(stateName, bytesOf(text)); err != nil {
		return "", err
	}
	if err := checkText(sumsName, sums.Len()); err != nil {
		return "", err
	}
	if err := atomicfile.Write(filepath.Join(tmp, sumsName), bytesOf(sums.Bytes())); err != nil {
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

// encodeState is a state as JSON that people can read.
func encodeState(state any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "\t")
	if err := e.Encode(state); err != nil {
		return nil, err
	}
	return b.Bytes(), checkText(stateName, b.Len())
}

// bytesOf writes a text.
func bytesOf(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}
}

// temp makes a folder that [Sweep] would remove.
func temp(dir, name string) (string, error) {
	var random [8]byte
	rand.Read(random[:]) // never fails, by its documentation
	path := filepath.Join(dir, tempPrefix+name+"-"+hex.EncodeToString(random[:]))
	return path, os.Mkdir(path, 0o777)
}

// Sweep removes what a run that was killed has left half done.
func Sweep(dir string) error {
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

// Prune deletes all checkpoints but the newest keep up to step newest, and that of
// step always (−1: none). Checkpoints after newest go too: they must be damaged, or
// the run would have resumed from them.
func Prune(dir string, newest, keep, always int) error {
	names, err := Folders(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		beyond := len(name) > len(StepName(newest)) || name > StepName(newest)
		switch {
		case !beyond && keep > 0:
			keep--
			continue
		case always >= 0 && name == StepName(always):
			continue
		}
		if err := discard(dir, name); err != nil {
			return err
		}
	}
	return nil
}

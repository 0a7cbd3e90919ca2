package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/train/update"
)

// Restore fills a module and its updates from what [Write] wrote; r holds size
// bytes. From there training gives the same bits as if it had never stopped.
//
// Errors: another kind, configuration or tokenizer than the module's, with the
// differences; arrays that do not fit, all at once; a file without training;
// damage. After an error the module must not be used.
func Restore(m layers.Module, updates []*update.Update, r io.ReaderAt, size int64) error {
	f, err := Read(r, size)
	if err != nil {
		return err
	}
	if err := f.same(m); err != nil {
		return err
	}
	if !f.HasTraining() {
		return errors.New("holds no training state: it was not saved as a checkpoint")
	}
	if err := f.Check(m); err != nil {
		return err
	}
	if err := f.Fill(m, true); err != nil { // weights that are half there were so in memory
		return err
	}
	return f.Resume(updates)
}

// same returns an error unless the file is of a module that describes itself as
// m does.
func (f *File) same(m layers.Module) error {
	own, err := describe(m, nil)
	if err != nil {
		return err
	}
	if own[kindKey] != f.Kind() {
		return fmt.Errorf("holds %s, not %s", aKind(f.Kind()), aKind(own[kindKey]))
	}
	if err := sameConfig(own[configKey], f.Config()); err != nil {
		return err
	}
	if own[tokenizerKey] != f.Tokenizer() {
		return errors.New("its tokenizer is another: it was trained on another text")
	}
	return nil
}

// aKind is a kind with its article.
func aKind(kind string) string {
	switch {
	case kind == "":
		return "a module without a kind"
	case strings.ContainsRune("AEFHILMNORSX", rune(kind[0])) && kind == strings.ToUpper(kind):
		return "an " + kind
	case strings.ContainsRune("AEIOUaeiou", rune(kind[0])) && kind != strings.ToUpper(kind):
		return "an " + kind
	}
	return "a " + kind
}

// longest is how many bytes of settings an error shows.
const longest = 400

// sameConfig returns an error that lists what is different in the file's
// configuration.
func sameConfig(own, filed string) error {
	if own == filed {
		return nil
	}
	ours, err := settings(own)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	theirs, err := settings(filed)
	if err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	all := maps.Clone(ours)
	maps.Copy(all, theirs)
	var differ []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		o, t := ours[name], theirs[name]
		switch {
		case o == t:
		case len(o)+len(t) > longest:
			differ = append(differ, fmt.Sprintf("%s is not the same", name))
		case o == "":
			differ = append(differ, fmt.Sprintf("%s %s there, not known here", name, t))
		case t == "":
			differ = append(differ, fmt.Sprintf("%s missing there, %s here", name, o))
		default:
			differ = append(differ, fmt.Sprintf("%s %s there, %s here", name, t, o))
		}
	}
	if differ != nil {
		return fmt.Errorf("its configuration is another: %s", strings.Join(differ, "; "))
	}
	return nil
}

// settings are the fields of a configuration as JSON.
func settings(config string) (map[string]string, error) {
	fields := map[string]string{}
	if config == "" {
		return fields, nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(config), &raw); err != nil {
		return nil, err
	}
	for name, value := range raw {
		fields[name] = string(value)
	}
	return fields, nil
}

package recipe

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

// ErrOtherData is wrapped by the error of a run that is to go on with other data
// than it has learned from.
var ErrOtherData = errors.New("these are not the data that the run has learned from")

// fingerprintSetting is the name of [Task].Fingerprint in the configuration of a
// checkpoint.
const fingerprintSetting = "fingerprint of the data"

// checkpointConfig is what a checkpoint says of the configuration.
func (s *session[B]) checkpointConfig() []report.Setting {
	config := append([]report.Setting{}, s.o.Settings...)
	if s.Fingerprint != "" {
		config = append(config, report.Setting{Name: fingerprintSetting, Value: s.Fingerprint})
	}
	return config
}

// sameData returns an error if the newest checkpoint is of other data. One without
// a fingerprint, as older programs wrote it, passes: the trainer still compares how
// many examples there are.
func (s *session[B]) sameData() error {
	c, err := train.LatestCheckpoint(s.run.Checkpoints())
	if err != nil || s.Fingerprint == "" {
		return nil // the trainer says what is wrong with the checkpoints
	}
	var config []report.Setting
	if json.Unmarshal(c.State.Config, &config) != nil {
		return nil // it was written by other code than this
	}
	for _, v := range config {
		if v.Name == fingerprintSetting && v.Value != s.Fingerprint {
			return fmt.Errorf("resume %s: %w", c.Dir, ErrOtherData)
		}
	}
	return nil
}

// fingerprintOf is the hash of what write writes, in hexadecimal digits.
func fingerprintOf(write func(h hash.Hash)) string {
	h := sha256.New()
	write(h)
	return hex.EncodeToString(h.Sum(nil))
}

// picturesFingerprint is that of the pictures of a folder: how many bytes each file
// has and which class it is of, in order. Names may change with the place, and
// pixels are not the same on all processors, which may scale in other steps.
//
// Errors: a file that is gone.
func picturesFingerprint(dir string, pictures *data.Images) (string, error) {
	if dir == "" || pictures.Files == nil {
		return "", nil
	}
	var err error
	f := fingerprintOf(func(h hash.Hash) {
		for i, name := range pictures.Files {
			info, e := os.Stat(filepath.Join(dir, name))
			if e != nil {
				err = e
				return
			}
			fmt.Fprintln(h, info.Size(), pictures.Labels[i])
		}
	})
	return f, err
}

// fingerprint is that of the texts, in order.
func (c *corpus) fingerprint() string {
	return fingerprintOf(func(h hash.Hash) {
		for _, doc := range c.docs {
			h.Write(doc.sum[:])
		}
	})
}

// tableFingerprint is that of all cells.
func tableFingerprint(t *table.Table) string {
	return fingerprintOf(func(h hash.Hash) {
		for _, c := range t.Columns() {
			fmt.Fprintf(h, "%q %s\n", c.Name, c.Kind)
			for i := range c.Len() {
				fmt.Fprintf(h, "%q\n", c.Text(i))
			}
		}
	})
}

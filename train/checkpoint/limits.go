package checkpoint

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
)

// What is written is held to the same limits as what is read, so that no checkpoint
// is written that could not be read.

// MostText is the largest size, in bytes, of a small file of a checkpoint, such as
// state.json.
const MostText = 16 << 20

// checkText returns an error if a small file of n bytes would not be read.
func checkText(path string, n int) error {
	if n > MostText {
		return fmt.Errorf("%s: more than %d bytes", path, MostText)
	}
	return nil
}

// longestName is what file systems allow.
const longestName = 255

// CheckModule returns an error if a module of this name could not have a file of
// its own in a checkpoint.
func CheckModule(name string) error {
	if name == "" || strings.HasPrefix(name, ".") || checkName(FileName(name)) != nil {
		return fmt.Errorf("model name %q: it names a file, so it must have 1 to %d bytes, not begin with a dot, and hold no / \\ : or line end",
			name, longestName-len(modelExt))
	}
	return nil
}

// checkName returns an error if a file of this name could not be listed in the sums.
func checkName(name string) error {
	if name == "" || strings.ContainsAny(name, "/\\:\n\r") || name != filepath.Base(name) || len(name) > longestName {
		return fmt.Errorf("%q: the name of a file must have 1 to %d bytes, without / \\ : and line ends", name, longestName)
	}
	return nil
}

// CheckDescription returns an error if what a module says of itself (kind,
// configuration, tokenizer) could not be saved: before training, not after its first
// hours.
func CheckDescription(m layers.Module) error {
	meta, err := describe(m, nil)
	if err != nil {
		return err
	}
	if err := safetensors.Write(io.Discard, nil, meta); err != nil {
		return fmt.Errorf("its configuration and vocabulary cannot be saved: %w", err)
	}
	return nil
}

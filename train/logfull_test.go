package train

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/logfile"
)

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
func (full) Close() error              { return nil }

func TestLogOnAFullDisk(t *testing.T) {
	begin := func(t *testing.T) *Log {
		l := JSONL(filepath.Join(t.TempDir(), "log"), LogOptions{})
		require.NoError(t, l.Begin(Event{}))
		require.NoError(t, l.file.Close())
		l.file = logfile.New(full{})
		require.NoError(t, l.Step(Event{Step: 1}), "it waits in the buffer")
		return l
	}
	t.Run("found by a step", func(t *testing.T) {
		l := begin(t)
		l.State() // a checkpoint
		err := l.Step(Event{Step: 2})
		assert.ErrorIs(t, err, errFull)
		assert.ErrorContains(t, err, l.path)
		assert.NoError(t, l.End(Report{}, err), "said once")
	})
	t.Run("found at the end", func(t *testing.T) {
		l := begin(t)
		assert.ErrorIs(t, l.End(Report{}, nil), errFull)
	})
}

//go:build unix

package train_test

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// A pipe in the place of a log is refused at once.
func TestLogDoesNotWaitForAPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.csv")
	require.NoError(t, syscall.Mkfifo(path, 0o666))
	done := make(chan error, 1)
	go func() { done <- train.CSV(path, train.LogOptions{}).Begin(train.Event{}) }()
	select {
	case err := <-done:
		assert.ErrorContains(t, err, "log.csv: it is a named pipe, not a regular file; choose another name")
	case <-time.After(10 * time.Second):
		t.Fatal("it waits")
	}
}

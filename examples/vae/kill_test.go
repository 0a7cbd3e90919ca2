//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/internal/killtest"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// victimEnv names the folder of a run, in a process that is to be killed.
const victimEnv = "ARTNN_TEST_VICTIM"

const victimSteps = 60

func TestMain(m *testing.M) {
	dir, ok := os.LookupEnv(victimEnv)
	if !ok {
		maintest.Main(m, main)
		return
	}
	if err := victim(dir); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

// victim trains to the end, from wherever the folder stands.
func victim(dir string) error {
	return run(context.Background(), options{out: dir, resume: rundir.At(dir).Exists(), batch: 16, steps: victimSteps, every: 2, seed: 1})
}

// A run that is killed again and again, at random moments, and resumed leaves the
// bits of one that was never stopped: weights, averages, and the running statistics
// of batch norm.
func TestKilledAndResumed(t *testing.T) {
	killtest.Run(t, killtest.Kills(t, 6), killtest.Kind{
		Name: "vae",
		Command: func(dir string) *exec.Cmd {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), victimEnv+"="+dir)
			return c
		},
		Look: func(t *testing.T, dir string) int {
			t.Helper()
			c, err := train.LatestCheckpoint(rundir.At(dir).Checkpoints())
			if errors.Is(err, train.ErrNoCheckpoint) {
				return 0
			}
			require.NoError(t, err)
			require.Empty(t, c.Damaged)
			return c.State.Step
		},
		Same: func(t *testing.T, want, got string) {
			t.Helper()
			x, err := os.ReadFile(filepath.Join(want, "model.safetensors"))
			require.NoError(t, err)
			y, err := os.ReadFile(filepath.Join(got, "model.safetensors"))
			require.NoError(t, err)
			assert.True(t, string(x) == string(y), "the resumed model is another")
		},
	})
}

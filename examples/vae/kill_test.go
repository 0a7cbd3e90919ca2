//go:build unix

package main

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/examples/internal/maintest"
)

// victimEnv names the folder of a run, in a process that is to be killed.
const victimEnv = "ARTNN_TEST_VICTIM"

const (
	kills       = 20
	victimSteps = 60
)

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
	_, err := os.Stat(filepath.Join(dir, "config.yaml"))
	return run(context.Background(), options{out: dir, resume: err == nil, batch: 16, steps: victimSteps, every: 2, seed: 1})
}

// A run that is killed again and again, at random moments, and resumed leaves the
// bits of one that was never stopped: weights, averages, and the running statistics
// of batch norm.
func TestKilledAndResumed(t *testing.T) {
	whole, broken := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	process := func(ctx context.Context, dir string) error {
		c := exec.CommandContext(ctx, os.Args[0])
		c.Env = append(os.Environ(), victimEnv+"="+dir)
		c.Stderr = os.Stderr
		return c.Run()
	}
	begin := time.Now()
	require.NoError(t, process(t.Context(), whole))
	took := time.Since(begin)

	rng, killed := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano()))), 0
	for range 40 * kills {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rng.Int64N(int64(took/4))))
		err := process(ctx, broken)
		if ctx.Err() == nil {
			require.NoError(t, err)
		} else if killed++; killed == kills {
			cancel()
			break
		}
		cancel()
	}
	require.Equal(t, kills, killed)
	require.NoError(t, process(t.Context(), broken))
	want, err := os.ReadFile(filepath.Join(whole, "model.safetensors"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(broken, "model.safetensors"))
	require.NoError(t, err)
	assert.True(t, string(want) == string(got), "the resumed model is another")
}

//go:build unix

package killtest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Env is the variable that says how many processes a test kills, over all its kinds.
const Env = "ARTNN_TEST_KILLS"

// Kills is the number that [Env] says, or else few.
func Kills(t *testing.T, few int) int {
	t.Helper()
	s := os.Getenv(Env)
	if s == "" {
		return few
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

// Kind is a kind of process that works in a folder.
type Kind struct {
	Name string
	// Command makes the process. It goes on from wherever the folder stands, which
	// need not be there.
	Command func(dir string) *exec.Cmd
	// Look fails the test if anything in the folder is half written. It returns how
	// far the process has come: that must never become less.
	Look func(t *testing.T, dir string) int
	// Same fails the test unless a folder has the results of another.
	Same func(t *testing.T, want, got string)
}

const seed = 11

// Run kills processes of all kinds at random moments, as many of each kind as of the
// others, and lets each go on until it ends. What they leave must be whole at all
// times, and in the end be what a process leaves that was let alone.
func Run(t *testing.T, kills int, kinds ...Kind) {
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			n := (kills + i) / len(kinds)
			if n == 0 {
				return
			}
			v := victim{Kind: k, rng: rand.New(rand.NewPCG(seed, uint64(i)))}
			v.alone(t)
			v.kill(t, n)
		})
	}
}

// folder is a temporary folder, in memory where there is such: what a process that is
// killed has written is in the system's hands, and needs no disk.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "artnn-kill-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// victim is a kind whose processes are being killed.
type victim struct {
	Kind
	rng   *rand.Rand
	whole string        // the folder of one that was let alone
	took  time.Duration // by it
}

// alone lets one process work.
func (v *victim) alone(t *testing.T) {
	t.Helper()
	v.whole = filepath.Join(folder(t), "whole")
	begin := time.Now()
	out, err := v.Command(v.whole).CombinedOutput()
	require.NoError(t, err, "%s", out)
	v.took = time.Since(begin)
	v.Look(t, v.whole)
}

// kill kills n processes, one after the other.
func (v *victim) kill(t *testing.T, n int) {
	dir := filepath.Join(folder(t), "broken")
	done, finished, late := 0, 0, 0
	anew := true // it begins with nothing
	for killed := 0; killed < n; {
		cmd := v.Command(dir)
		var said bytes.Buffer
		cmd.Stderr = &said
		require.NoError(t, cmd.Start())
		begin := time.Now()
		timer := time.AfterFunc(time.Duration(v.rng.Int64N(int64(v.took))), func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		require.NotContains(t, said.String(), "damaged")
		var exit *exec.ExitError
		switch {
		case err == nil: // it was faster: another begins anew
			v.end(t, dir)
			if anew { // the first of all may have been slow
				v.took = min(v.took, time.Since(begin))
			}
			done, finished, anew = 0, finished+1, true
			require.NoError(t, os.RemoveAll(dir))
			continue
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL:
			killed++
			anew = false
		default:
			t.Fatalf("%v: %s", err, said.String())
		}
		now := v.Look(t, dir)
		require.GreaterOrEqual(t, now, done, "what was reached is lost")
		if done = now; done > 0 {
			late++
		}
	}
	out, err := v.Command(dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	v.end(t, dir)
	t.Logf("%d were killed, %d of them with something saved; %d ended", n, late, finished+1)
}

// rest are names of temporary files and folders.
var rest = regexp.MustCompile(`^\.(.*\.)?tmp-`)

// end looks at what a process that ended has left.
func (v *victim) end(t *testing.T, dir string) {
	t.Helper()
	v.Look(t, dir)
	v.Same(t, v.whole, dir)
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		require.NotRegexp(t, rest, filepath.Base(path), "rests of those that were killed are left")
		return err
	}))
}

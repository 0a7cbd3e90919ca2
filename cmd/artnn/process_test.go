//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// launch runs the program until it has printed a line with a text.
func launch(t *testing.T, until string, args ...string) (c *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	c = exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), beTheProgram+"=1")
	stderr = &bytes.Buffer{}
	c.Stderr = stderr
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() { c.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), until) {
			go func() {
				for lines.Scan() { // or it would block on a full pipe
				}
			}()
			return c, stderr
		}
	}
	t.Fatalf("the program ended without %q: %s", until, stderr)
	return nil, nil
}

func TestSignalSavesAndSecondProcessIsRefused(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	args := append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", out, "--time=1h"}, smallImage...)
	c, stderr := launch(t, "Writing to", args...)
	r := call(t, "train", "image", "--resume", "-o", out)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "another artnn is training in this folder")
	time.Sleep(300 * time.Millisecond)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	err := c.Wait()
	assert.Equal(t, statusInterrupted, c.ProcessState.ExitCode(), "%v: %s", err, stderr)
	for _, name := range []string{"model.safetensors", "report.html", "config.yaml"} {
		assert.FileExists(t, filepath.Join(out, name))
	}
	ok(t, call(t, "generate", "image", "-m", out, "-o", filepath.Join(t.TempDir(), "s.png")))
}

// A full disk and a closed pipe, as the system has them.
func TestStandardOutputThatCannotBeWritten(t *testing.T) {
	model := filepath.Join("..", "..", "models", "pretrained", "quatrains.safetensors")
	for _, args := range [][]string{{"version"}, {"--help"}, {"eval", "-h"}, {"info", model}, {"generate", "text"}, {"completion", "zsh"}} {
		start := func(stdout *os.File) (int, string) {
			defer stdout.Close()
			c := exec.Command(os.Args[0], args...)
			c.Env = append(os.Environ(), beTheProgram+"=1")
			var stderr bytes.Buffer
			c.Stdout, c.Stderr = stdout, &stderr
			_ = c.Run()
			return c.ProcessState.ExitCode(), stderr.String()
		}
		closed, unread, err := os.Pipe()
		require.NoError(t, err)
		closed.Close()
		status, _ := start(unread)
		assert.Equal(t, statusPipe, status, args)

		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			continue // not on this system
		}
		status, stderr := start(full)
		assert.Equal(t, statusError, status, args)
		assert.Contains(t, stderr, "artnn: standard output: write /dev/stdout: no space left on device\n", args)
	}
}

// The second signal ends a program that is in the middle of something long: here
// a network whose single steps take many seconds.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	c, _ := launch(t, "Writing to", "train", "text", "--data", textFile(t, 200_000), "-o", out, "--hidden=1024", "--batch=512", "--time=1h")
	begin := time.Now()
	ended := make(chan struct{})
	go func() { // on a busy machine, the first may not have been noticed when the second comes
		for {
			select {
			case <-ended:
				return
			case <-time.After(300 * time.Millisecond):
				_ = c.Process.Signal(os.Interrupt)
			}
		}
	}()
	_ = c.Wait()
	close(ended)
	status := c.ProcessState.Sys().(syscall.WaitStatus)
	assert.True(t, status.Signaled() && status.Signal() == syscall.SIGINT, "%v", status)
	assert.Less(t, time.Since(begin), 20*time.Second)
}

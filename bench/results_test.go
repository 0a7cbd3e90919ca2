package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResultsFolderIsChecked(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	o, err := parse([]string{"--results", missing}, io.Discard)
	require.NoError(t, err)
	require.ErrorContains(t, run(o, io.Discard), missing)
}

func TestWriteResults(t *testing.T) {
	folder := t.TempDir()
	write := func(class, text string) {
		require.NoError(t, writeResults(folder, class, func(page io.Writer) error {
			_, err := io.WriteString(page, text)
			return err
		}))
	}
	write("zen5-avx512", "\n- Date: 2026-11-29 02:36 UTC\n- Processor: AMD EPYC 9, 2 cores\n- Peer: PyTorch 2.15.0, MKL 1\n")
	write("zen1-avx2", "\nnothing known\n")
	write("zen1-avx2", "\nstill nothing known\n")
	text, err := os.ReadFile(filepath.Join(folder, "zen1-avx2.md"))
	require.NoError(t, err)
	require.Equal(t, "# Results: zen1-avx2\n\nstill nothing known\n", string(text))
	index, err := os.ReadFile(filepath.Join(folder, indexFile))
	require.NoError(t, err)
	require.Contains(t, string(index), ""+
		"| [zen1-avx2](zen1-avx2.md)     |    unknown |    unknown |        unknown |\n"+
		"| [zen5-avx512](zen5-avx512.md) | AMD EPYC 9 | 2026-11-29 | PyTorch 2.15.0 |\n")
	require.NotContains(t, string(index), "[README]")
}

func TestFailedRunWritesNothing(t *testing.T) {
	folder := t.TempDir()
	require.ErrorIs(t, writeResults(folder, "some", func(page io.Writer) error {
		_, _ = io.WriteString(page, "half")
		return errFixed
	}), errFixed)
	requireEmpty(t, folder)
}

func TestKilledRunWritesNothing(t *testing.T) {
	folder := t.TempDir()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = withEnv(os.Environ(), []string{fakeEnv + "=results", fakeFolder + "=" + folder})
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "half\n", line)
	require.NoError(t, cmd.Process.Kill())
	var killed *exec.ExitError
	require.True(t, errors.As(cmd.Wait(), &killed))
	requireEmpty(t, folder)
}

func requireEmpty(t *testing.T, folder string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, files)
}

// The index in the repository is the one that the files beside it give.
func TestIndexIsUpToDate(t *testing.T) {
	files, err := filepath.Glob("results/*.md")
	require.NoError(t, err)
	folder := t.TempDir()
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(f)), text, 0o666))
	}
	require.NoError(t, writeIndex(folder))
	want, err := os.ReadFile(filepath.Join(folder, indexFile))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join("results", indexFile))
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

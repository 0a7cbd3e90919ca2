package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// worker is a program that serves the protocol with our rows.
type worker struct {
	program string
	title   string // the revision that it was built from
}

// splitRevisions splits OLD..NEW. NEW is empty if there is only OLD.
func splitRevisions(s string) (before, after string, err error) {
	before, after, _ = strings.Cut(s, "..")
	for _, r := range []string{before, after} {
		if strings.HasPrefix(r, "-") || strings.Contains(r, "..") || strings.HasPrefix(r, ".") {
			before = ""
		}
	}
	if before == "" {
		return "", "", fmt.Errorf("--compare %s: expected two git revisions as OLD..NEW, or OLD", s)
	}
	return before, after, nil
}

// thisWorker is the program that runs now.
func thisWorker() (worker, error) {
	self, err := os.Executable()
	return worker{self, "this program, " + revision()}, err
}

// buildWorker builds the bench of a git revision into folder/name, from a clone
// that is removed again. The repository is not touched.
func buildWorker(ctx context.Context, revision, folder, name string) (worker, error) {
	fail := func(err error) (worker, error) { return worker{}, fmt.Errorf("--compare %s: %w", revision, err) }
	title, err := output(ctx, "", "git", "log", "-1", "--format=%h %s", revision, "--")
	if err != nil {
		return fail(err)
	}
	commit, err := output(ctx, "", "git", "rev-parse", "--verify", revision+"^{commit}")
	if err != nil {
		return fail(err)
	}
	top, err := output(ctx, "", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return fail(err)
	}
	source, program := filepath.Join(folder, name+"-source"), filepath.Join(folder, name)
	defer os.RemoveAll(source)
	// --shared reads the objects where they are: a commit need not be on a branch.
	if _, err := output(ctx, "", "git", "clone", "--quiet", "--shared", "--no-checkout", top, source); err != nil {
		return fail(err)
	}
	if _, err := output(ctx, source, "git", "checkout", "--quiet", "--detach", commit); err != nil {
		return fail(err)
	}
	// -trimpath: packages that did not change come from the build cache.
	if _, err := output(ctx, source, "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "./bench"); err != nil {
		return fail(err)
	}
	return worker{program, title}, nil
}

// output runs a command in a folder and returns what it prints, without the
// spaces around it.
func output(ctx context.Context, folder, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = folder
	// An interrupted compiler removes its temporary files, a killed one does not.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	cmd.Env = withEnv(os.Environ(), []string{"GOWORK"}) // that of the folder counts
	out, err := cmd.Output()
	if err != nil {
		var text string
		if e, ok := err.(*exec.ExitError); ok {
			text = ": " + strings.TrimSpace(string(e.Stderr))
		}
		return "", fmt.Errorf("%s %s: %w%s", name, args[0], err, text)
	}
	return strings.TrimSpace(string(out)), nil
}

package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// TestResultsFolder checks that a run that could not be written down does not
// begin.
func TestResultsFolder(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	o, err := parse([]string{"--results", filepath.Join(missing, "RESULTS.md")}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(o, io.Discard); err == nil || !strings.Contains(err.Error(), missing) {
		t.Fatalf("expected an error that names %s, got %v", missing, err)
	}
}

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// Divergence is said when it happens, with the step, what went bad first and what to
// try in the words of the command; the last good checkpoint is kept.
func TestDivergenceSaysWhatToTry(t *testing.T) {
	dir := t.TempDir()
	var rows strings.Builder
	rows.WriteString("size,price\n")
	for i := range 60 {
		fmt.Fprintf(&rows, "%d,%d\n", i, 3*i+i%5)
	}
	table := filepath.Join(dir, "t.csv")
	require.NoError(t, os.WriteFile(table, []byte(rows.String()), 0o666))

	run := filepath.Join(dir, "run")
	r := call(t, "train", "mlp", "--data", table, "--target", "price", "-o", run, "--steps=500", "--lr=1e30", "--clip=0", "-q")
	assert.Equal(t, statusError, r.status)
	assert.Regexp(t, `training diverged.* after step \d+; the first to go bad was the .*; look at the data, and start a new run with a --lr below 1e\+30 or with --clip 1`, r.err)
	assert.NotContains(t, r.err, "json")
	assert.NoFileExists(t, filepath.Join(run, "model.safetensors"))

	run = filepath.Join(dir, "text")
	r = call(t, append([]string{"train", "text", "--data", textFile(t, 30_000), "-o", run, "--steps=500", "--lr=1e30", "--clip=2"}, smallText...)...)
	assert.Equal(t, statusError, r.status)
	assert.Regexp(t, `after step \d+; the first to go bad was .*; look at the data, and start a new run with a --lr below 1e\+30 or with a --clip below 2`, r.err)

	// What was saved before stays, and is named.
	run = filepath.Join(dir, "late")
	ok(t, call(t, "train", "mlp", "--data", table, "--target", "price", "-o", run, "--steps=20", "-q"))
	s := &session{runFlags: &runFlags{Out: run, LR: 0.5}}
	said := s.diverged(&train.NonFiniteError{Step: 31, Metric: "loss", Value: math.NaN()})
	assert.Equal(t, "training diverged: loss is NaN after step 31; look at the data, and start a new run with a --lr below 0.5 or with --clip 1; the checkpoint of step 20 is kept in "+run, said)
}

// Numbers that are not finite in what a validation found end no run and no report.
func TestNonFiniteValidationInACommand(t *testing.T) {
	for name, row := range map[string]string{"big": "%d,%de300\n", "tiny": "%de-310,%de-320\n"} {
		dir := t.TempDir()
		var rows strings.Builder
		rows.WriteString("a,y\n")
		for i := range 40 {
			fmt.Fprintf(&rows, row, i, i%3-1)
		}
		table := filepath.Join(dir, name+".csv")
		require.NoError(t, os.WriteFile(table, []byte(rows.String()), 0o666))
		run := filepath.Join(dir, "run")
		r := call(t, "train", "mlp", "--data", table, "--target", "y", "-o", run, "--steps=60", "--hidden=4")
		require.NotContains(t, r.err, "json", name)
		require.NotContains(t, r.err, "plotter", name)
		if r.status != 0 { // then it is refused, which leaves nothing to resume
			continue
		}
		assert.FileExists(t, filepath.Join(run, "report.html"))
		again := call(t, "train", "mlp", "--resume", "-o", run, "--steps=90")
		assert.Zero(t, again.status, again.err)
	}
}

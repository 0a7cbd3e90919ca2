package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNewComparison(t *testing.T) {
	before := [][]float64{{1, 1, 9}, {2, 2, 2}, {1, 1, 1}, {4, 4, 4}, {1, 1, 1}}
	after := [][]float64{{1, 1, 1}, {3, 3, 3}, {1.1, 1.1, 1.1}, {4, 4, 4}, {1.2, 1.2, 1.2}}
	c := newComparison("row", before, after)
	require.Equal(t, 1.0, c.before)
	require.Equal(t, 1.2, c.after)
	require.InDelta(t, 1.1, c.ratio, 1e-12) // of 1, 1.5, 1.1, 1, 1.2: rounds are compared with themselves
	require.InDelta(t, 1.0, c.low, 1e-12)
	require.InDelta(t, 1.2, c.high, 1e-12)
}

func TestSlower(t *testing.T) {
	require.True(t, comparison{before: 1, ratio: 1.031}.slower())
	require.False(t, comparison{before: 1, ratio: 1.03}.slower())
	require.False(t, comparison{before: 0.01, ratio: 1.09}.slower())
	require.True(t, comparison{before: 0.01, ratio: 1.11}.slower())
}

func TestQuantile(t *testing.T) {
	require.Equal(t, 7.0, quantile([]float64{7}, 0.75))
	require.Equal(t, 1.5, quantile([]float64{2, 1}, 0.5))
	require.Equal(t, 4.0, quantile([]float64{5, 1, 3, 2, 4}, 0.75))
}

func TestSplitRevisions(t *testing.T) {
	before, after, err := splitRevisions("v1..HEAD~2")
	require.NoError(t, err)
	require.Equal(t, []string{"v1", "HEAD~2"}, []string{before, after})
	before, after, err = splitRevisions("v1")
	require.NoError(t, err)
	require.Equal(t, []string{"v1", ""}, []string{before, after})
	for _, bad := range []string{"", "..HEAD", "--all", "a..--all", "a...b", "a..b..c"} {
		_, _, err = splitRevisions(bad)
		require.ErrorContains(t, err, "OLD..NEW", bad)
	}
}

func TestCompareWorkers(t *testing.T) {
	b, out := fake(t, "rows")
	b.plan.rounds = sittingRounds + 1
	self, err := thisWorker()
	require.NoError(t, err)
	err = b.compareWorkers(t.Context(), pair{self, self}, []named{
		{"mlp-seed", "small network"}, {"1×2048×512", "product"}, {"other", "row of the future"},
	})
	if err != nil { // two turns of microseconds may differ
		require.ErrorContains(t, err, "slower than before: ")
	}
	require.Contains(t, out.String(), "| small network |")
	require.Contains(t, out.String(), "| product       |")
	require.Contains(t, out.String(), "Not in both revisions: row of the future\n")

	require.ErrorContains(t, b.compareWorkers(t.Context(), pair{self, self}, []named{{"other", "row of the future"}}), "no row is in both")
	broken := worker{filepath.Join(t.TempDir(), "missing"), "broken"}
	require.ErrorIs(t, b.compareWorkers(t.Context(), pair{self, broken}, []named{{"mlp-seed", "small"}}), os.ErrNotExist)
}

func TestComparedWork(t *testing.T) {
	picked, err := selectRows("gan-64")
	require.NoError(t, err)
	require.Equal(t, []named{{"gan-64", picked[0].title}}, comparedWork(false, picked))
	require.Len(t, comparedWork(true, picked), len(products()))
	names := map[string]bool{}
	for _, p := range products() {
		require.False(t, names[p.String()], "%v is there twice", p)
		names[p.String()] = true
	}
}

func TestParseProduct(t *testing.T) {
	for _, want := range append(products(), product{m: 3, n: 4, k: 5, transA: true, transB: true}) {
		got, ok := parseProduct(want.String())
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"", "mlp-seed", "1×2", "1×2×0", "-1×2×3", "1×2×3 cᵀ", "1×2×3 "} {
		_, ok := parseProduct(bad)
		require.False(t, ok, bad)
	}
}

func TestBuildWorker(t *testing.T) {
	if exec.Command("git", "rev-parse", "--verify", "HEAD").Run() != nil {
		t.Skip("no git repository")
	}
	folder := t.TempDir()
	_, err := buildWorker(t.Context(), "no-such-revision", folder, "none")
	require.ErrorContains(t, err, "--compare no-such-revision: git log: ")

	w, err := buildWorker(t.Context(), "HEAD", folder, "head")
	require.NoError(t, err)
	require.NotEmpty(t, w.title)
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, files, 1, "the sources are removed")
	p, err := start([]string{childEnv + "=1"}, w.program)
	require.NoError(t, err)
	defer p.stop()
	_, err = p.call(request{Do: "setup", Row: "mlp-seed", Threads: 1})
	require.NoError(t, err)
	ms, err := p.run(3)
	require.NoError(t, err)
	require.Len(t, ms, 3)
	_, err = p.call(request{Do: "setup", Row: strings.Repeat("no", 3), Threads: 1})
	require.ErrorContains(t, err, "no row ")
}

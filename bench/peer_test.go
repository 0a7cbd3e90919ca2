package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeEnv makes the test binary play the peer: "rows" serves our own rows,
// "no torch" has no PyTorch, "dies" ends at once.
const fakeEnv = "ARTNN_BENCH_FAKE"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(childEnv) != "", os.Getenv(fakeEnv) == "rows":
		exitOn(serve(os.Stdin, os.Stdout))
	case os.Getenv(fakeEnv) == "no torch":
		var one [1]byte
		_, _ = os.Stdin.Read(one[:])
		_, _ = io.WriteString(os.Stdout, `{"error":"no torch: No module named 'torch'"}`+"\n")
	case os.Getenv(fakeEnv) == "dies":
		os.Exit(3)
	default:
		os.Exit(m.Run())
	}
}

// fake is a bench whose peer is this test binary.
func fake(t *testing.T, kind string) (*bench, *strings.Builder) {
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(fakeEnv, kind)
	out := &strings.Builder{}
	return &bench{
		out:    out,
		plan:   plan{rounds: 2, block: time.Millisecond},
		limits: limits{flops: 1e11, bandwidth: 1e10},
		peer:   peerSettings{python: self, threads: 1},
	}, out
}

func TestReportAgainstPeer(t *testing.T) {
	b, out := fake(t, "rows")
	picked, err := selectRows("mlp-seed")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "out.json")
	require.NoError(t, b.report(options{json: file, threads: 1}, picked))
	require.Contains(t, out.String(), "Peer: artnn")
	require.Contains(t, out.String(), "| MLP 3-2-1, batch 5, SGD |")

	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), `"name": "mlp-seed"`)
	require.NotContains(t, string(text), "null")

	results, err := b.speed(picked, true)
	require.NoError(t, err)
	require.Positive(t, results[0].OursMS)
	require.InDelta(t, *results[0].Ratio, results[0].OursMS / *results[0].PeerMS, 1e-9)
	require.Positive(t, *results[0].GenericMS)
}

func TestReportWithoutPyTorch(t *testing.T) {
	for _, kind := range []string{"no torch", "no Python"} {
		t.Run(kind, func(t *testing.T) {
			b, out := fake(t, kind)
			if kind == "no Python" {
				b.peer.python = ""
			}
			picked, err := selectRows("mlp-seed")
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "out.json")
			require.NoError(t, b.report(options{json: file, threads: 1}, picked))
			require.Contains(t, out.String(), "ours alone is measured")
			require.Contains(t, out.String(), "apt-get install")
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Contains(t, string(text), `"peer_ms": null`)
		})
	}
}

func TestReportWhenPeerDies(t *testing.T) {
	b, _ := fake(t, "dies")
	picked, err := selectRows("mlp-seed")
	require.NoError(t, err)
	err = b.report(options{threads: 1}, picked)
	require.ErrorContains(t, err, "peer: info: ")
	require.NotErrorIs(t, err, errNoPeer)
}

func TestMemory(t *testing.T) {
	b, _ := fake(t, "rows")
	picked, err := selectRows("mlp-seed,lstm-token")
	require.NoError(t, err)
	tab, err := b.memory(picked)
	if resident("VmHWM") == 0 {
		require.ErrorContains(t, err, "/proc")
		return
	}
	require.NoError(t, err)
	require.Len(t, tab.rows, 1, "generating is no training")
	require.NotContains(t, tab.rows[0], missing)
}

func TestServeAndLine(t *testing.T) {
	toServer, clientOut := io.Pipe()
	clientIn, fromServer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(toServer, fromServer) }()
	l := newLine(clientOut, clientIn)

	_, err := l.run(1)
	require.ErrorContains(t, err, "nothing has been set up")
	_, err = l.call(request{Do: "dance"})
	require.ErrorContains(t, err, `unknown request "dance"`)
	_, err = l.call(request{Do: "setup", Row: "mlp-sed", Threads: 1})
	require.ErrorContains(t, err, `no row "mlp-sed"`)
	_, err = l.call(request{Do: "setup", Row: "mlp-seed", Threads: 1})
	require.NoError(t, err)
	ms, err := l.run(7)
	require.NoError(t, err)
	require.Len(t, ms, 7)
	for _, x := range ms {
		require.Positive(t, x)
	}
	require.NoError(t, clientOut.Close())
	require.NoError(t, <-ended)
}

func TestLineDistrustsReplies(t *testing.T) {
	for reply, want := range map[string]string{
		"":                      "ended before it replied",
		"hello\n":               "hello",
		`{"ms":[1,2]}` + "\n":   "asked for 3 steps, got the times of 2",
		`{"error":"no"}` + "\n": "run: no",
	} {
		_, err := newLine(io.Discard, strings.NewReader(reply)).run(3)
		require.ErrorContains(t, err, want)
	}
}

func TestTuned(t *testing.T) {
	l := fastLibraries{tcmalloc: "/lib/tc.so", openblas: "/lib/ob"}
	env := tuned(2, false, l)
	require.Contains(t, env, "OMP_NUM_THREADS=2")
	require.Contains(t, env, "LD_PRELOAD=/lib/tc.so")
	require.Contains(t, env, "LD_LIBRARY_PATH=/lib/ob")
	require.NotContains(t, strings.Join(env, " "), "avx2")
	require.Contains(t, tuned(2, true, l), "ATEN_CPU_CAPABILITY=avx2")
	require.NotContains(t, strings.Join(tuned(2, false, fastLibraries{}), " "), "LD_")

	require.Equal(t, []string{"A=1", "OMP_NUM_THREADS=2", "B=3"},
		withEnv([]string{"OMP_NUM_THREADS=64", "A=1", "B=2"}, []string{"OMP_NUM_THREADS=2", "B=3"}))
}

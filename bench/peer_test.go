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
// "no torch" has no PyTorch, "dies" ends at once. "results" is a run that never
// finishes its results in fakeFolder.
const (
	fakeEnv    = "ARTNN_BENCH_FAKE"
	fakeFolder = "ARTNN_BENCH_FAKE_FOLDER"
)

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(childEnv) != "", os.Getenv(fakeEnv) == "rows":
		exitOn(serve(os.Stdin, os.Stdout))
	case os.Getenv(fakeEnv) == "no torch":
		var one [1]byte
		_, _ = os.Stdin.Read(one[:])
		_, _ = io.WriteString(os.Stdout, `{"error":"no torch: No module named 'torch'"}`+"\n")
	case os.Getenv(fakeEnv) == "results":
		_ = writeResults(os.Getenv(fakeFolder), "some", func(page io.Writer) error {
			_, _ = io.WriteString(page, "half of the results")
			_, _ = io.WriteString(os.Stdout, "half\n")
			select {}
		})
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
	require.Regexp(t, "Peer: PyTorch .*, artnn ", out.String())
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
			require.Contains(t, out.String(), "only ours is measured")
			require.Contains(t, out.String(), "--install-peer")
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
	require.Len(t, tab.rows, 1, "generating does not train")
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

func TestPeerEnv(t *testing.T) {
	env := peerEnv(peerSettings{threads: 2}, "/lib/tc.so")
	require.Contains(t, env, "OMP_NUM_THREADS=2")
	require.Contains(t, env, "LD_PRELOAD=/lib/tc.so")
	require.NotContains(t, strings.Join(env, " "), "avx2")
	before := []string{"OPENBLAS_CORETYPE=Haswell", "OPENBLAS_L2_SIZE=1", "HOME=/h"}
	after := withEnv(before, env)
	require.Equal(t, []string{"HOME=/h", "OMP_NUM_THREADS=2", "LD_PRELOAD=/lib/tc.so"}, after)
	require.Contains(t, peerEnv(peerSettings{threads: 2, avx2: true}, ""), "ATEN_CPU_CAPABILITY=avx2")
	require.NotContains(t, strings.Join(peerEnv(peerSettings{threads: 2}, ""), " "), "LD_")

	require.Equal(t, []string{"HOME=/h", "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "BLIS_NUM_THREADS=1"},
		withEnv(before, blasEnv(peerSettings{threads: 1}, false)))
	require.Contains(t, blasEnv(peerSettings{threads: 1, avx2: true}, true), "OPENBLAS_CORETYPE=Haswell")
	require.Contains(t, blasEnv(peerSettings{threads: 1}, true), "OPENBLAS_CORETYPE=SkylakeX")

	require.Equal(t, []string{"A=1", "OMP_NUM_THREADS=2", "B=3"},
		withEnv([]string{"OMP_NUM_THREADS=64", "A=1", "B=2"}, []string{"OMP_NUM_THREADS=2", "B=3"}))
}

func TestDescribePeer(t *testing.T) {
	lines := describePeer(peerSettings{threads: 2}, map[string]string{"PyTorch": peerVersion + "+cpu", "MKL": "2024.2"})
	require.Equal(t, "Peer: PyTorch "+peerVersion+"+cpu, MKL 2024.2", lines[0])
	require.Contains(t, lines[1], "OMP_NUM_THREADS=2")
	for _, other := range []string{"1.13.1", peerVersion + "1"} {
		lines = describePeer(peerSettings{threads: 2}, map[string]string{"PyTorch": other})
		require.Contains(t, lines[0], "PyTorch "+other+" (not "+peerVersion)
	}
}

func TestInstallPeer(t *testing.T) {
	require.ErrorContains(t, installPeer("", io.Discard), "--venv")
	folder := t.TempDir()
	t.Setenv("PATH", folder) // no python3
	require.ErrorContains(t, installPeer(filepath.Join(folder, "venv"), io.Discard), "python3 -m venv")
}

package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/models"
)

func TestSelectRows(t *testing.T) {
	all, err := selectRows("")
	require.NoError(t, err)
	require.Len(t, all, len(rows()))
	two, err := selectRows("gan-64, mlp-seed")
	require.NoError(t, err)
	require.Equal(t, []string{"gan-64", "mlp-seed"}, []string{two[0].name, two[1].name})
	_, err = selectRows("gan-65")
	require.ErrorContains(t, err, `no row "gan-65": there are mlp-seed, mlp-mnist`)
}

func TestRowsAreKnownToThePeer(t *testing.T) {
	var seen []string
	for _, r := range rows() {
		require.NotContains(t, seen, r.name)
		seen = append(seen, r.name)
		require.Contains(t, peerScript, `    "`+r.peer+`": `)
	}
}

func TestTokens(t *testing.T) {
	w, err := newTokens(textSizes{vocab: 20, embed: 4, hidden: 4})
	require.NoError(t, err)
	times := make([]time.Duration, 5)
	require.NoError(t, w.run(times))
	for _, d := range times {
		require.Positive(t, d)
	}
}

func TestWorkloadsRun(t *testing.T) {
	for name, build := range map[string]func() (workload, error){
		"mlp":  func() (workload, error) { return newMNIST([]int{8, 4, 3}, 2) },
		"gan":  func() (workload, error) { return newGAN(4, 2) },
		"lstm": func() (workload, error) { return newTextTraining(textSizes{20, 4, 4}, 2, 3) },
		"gpt": func() (workload, error) {
			return newGPTTraining(gptSizes{20, 8, 1, 2, 4}, models.GPTConfig{Clip: 1}, 2)
		},
		"gpt tokens": func() (workload, error) { return newGPTTokens(gptSizes{20, 8, 1, 2, 64}, 9, false) },
		"gpt int8":   func() (workload, error) { return newGPTTokens(gptSizes{20, 8, 1, 2, 64}, 9, true) },
		"gpt prompt": func() (workload, error) { return newGPTPrompt(gptSizes{20, 8, 1, 2, 64}, 9) },
	} {
		w, err := build()
		require.NoError(t, err, name)
		times := make([]time.Duration, largeBatches+1)
		require.NoError(t, w.run(times))
		require.False(t, slices.Contains(times, 0), name)
	}
}

func TestProducts(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	for _, p := range []product{
		{m: 3, n: 5, k: 7}, {m: 3, n: 5, k: 7, transA: true},
		{m: 3, n: 5, k: 7, transB: true}, {m: 3, n: 5, k: 7, transA: true, transB: true},
	} {
		a, b := operand(be, p.m, p.k, p.transA), operand(be, p.k, p.n, p.transB)
		require.Equal(t, []int{p.m, p.k}, a.Shape[:2])
		require.Equal(t, p.transA, a.Strides[0] == 1)
		require.Equal(t, p.transB, b.Strides[0] == 1)
		c := operand(be, p.m, p.n, false)
		be.Gemm(c, a, b, 1, 0, backend.Epilogue{})
		got := make([]float32, p.m*p.n)
		be.Read32(got, c.Buf, 0)
		for _, x := range got {
			require.Equal(t, float32(7*0.25), x)
		}
	}
	require.Equal(t, "3×5×7 aᵀ bᵀ", product{3, 5, 7, true, true}.String())
	require.Equal(t, 210.0, product{m: 3, n: 5, k: 7}.flops())
	require.Equal(t, 1, product{m: 1024, n: 1024, k: 1024}.reps())
	require.Equal(t, request{Do: "setup", Threads: 2, M: 3, N: 5, K: 7, TransB: 1}, product{m: 3, n: 5, k: 7, transB: true}.setup(2))
}

// TestConvolutions runs each operation.
func TestConvolutions(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	c := convolution{in: 2, side: 6, out: 3, kernel: 4, stride: 2, padding: 1}
	require.Equal(t, "6×6 to 3, 4×4 at stride 2, 2×3", c.String())
	require.Equal(t, 2.0*convBatch*9*16*6, c.flops())
	for _, op := range convOps {
		work, free := newConvolution(be, c, op)
		require.NoError(t, work.run(make([]time.Duration, 1)))
		free()
		require.Contains(t, peerScript, `"`+op+`"`)
	}
	require.Equal(t, "conv,2,6,3,4,2,1,input,361", c.peerRow("input"))
	x := channelsLast(be, 2, 3, 4)
	require.Equal(t, []int{2, 3, 4, 4}, x.Dims())
	require.Equal(t, []int{48, 1, 12, 3}, x.Strides[:4])
}

func TestPerCall(t *testing.T) {
	var log []string
	ms, err := perCall{&fixed{ms: 10, log: &log}, 5}.run(3)
	require.NoError(t, err)
	require.Equal(t, []float64{200, 2, 2}, ms)
}

func TestParse(t *testing.T) {
	o, err := parse(strings.Fields("--rows a,b --json x.json --threads 3"), io.Discard)
	require.NoError(t, err)
	require.Equal(t, "a,b", o.rows)
	require.Equal(t, "x.json", o.json)
	require.Equal(t, 3, o.threads)
	require.Equal(t, 9, o.rounds)
	require.Equal(t, "go run ./bench --rows=a,b --threads=3", o.command)
	o, err = parse(strings.Fields("--compare a..b"), io.Discard)
	require.NoError(t, err)
	require.Equal(t, 20, o.rounds)
	for _, bad := range []string{"--threads 0", "--rounds -1", "--block 0s", "extra", "--gemm --json x", "--conv --json x", "--compare a..b --conv", "--compare a..b --memory", "--compare a --results x"} {
		_, err := parse(strings.Fields(bad), io.Discard)
		require.Error(t, err, bad)
	}
}

package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

func TestMain(m *testing.M) {
	if err := asm.Required(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

type heap struct{}

type floats []float32

func (f floats) Floats() []float32 { return f }

func (heap) Get(n int) Scratch { return floats(make([]float32, n)) }
func (heap) Put(Scratch)       {}

func newEnv() *Env {
	env := &Env{Memory: heap{}, Team: new(team.Team)}
	env.Team.Init()
	return env
}

func normal(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// Every order and method, planned for machines with and without the wide kernel,
// whichever runs the test, against sums in float64.
func TestRunOfPlans(t *testing.T) {
	env, rng := newEnv(), rand.New(rand.NewPCG(1, 1))
	seen := map[Order]bool{}
	for _, s := range [][3]int{
		{5, 2, 3}, {32, 32, 32}, {33, 31, 40}, {48, 48, 48}, {64, 64, 64}, {65, 70, 66}, {96, 96, 96}, {128, 128, 128}, {14, 130, 90},
		{30, 300, 80}, {70, 800, 70}, {130, 200, 70}, {390, 50, 100}, {10, 10, 4100}, {14, 20, 4100}, {1, 600, 700}, {7, 33, 40}, {100, 6, 300}, {3, 4, 0},
	} {
		m, n, k := s[0], s[1], s[2]
		for layout := range 4 {
			for _, on := range []Machine{narrow, wide} {
				p := problem(m, n, k, layout&1 > 0, layout&2 > 0)
				product := Product{M: m, N: n, K: k, A: Matrix{Mem: normal(rng, m*k), Strides: p.A}, B: Matrix{Mem: normal(rng, k*n), Strides: p.B}, C: normal(rng, m*n), LdC: n, Alpha: 1, Beta: 1}
				before := append([]float32(nil), product.C...)
				product.normalise()
				product.Epilogue.scale = 1
				plan := New(product.problem(), on)
				seen[plan.Order] = true
				j := job{Product: product, plan: plan, env: env}
				j.run()
				for i := range m {
					for c := range n {
						sum, scale := float64(before[i*n+c]), 1.0
						for q := range k {
							term := float64(product.A.Mem[i*p.A.Row+q*p.A.Col]) * float64(product.B.Mem[q*p.B.Row+c*p.B.Col])
							sum, scale = sum+term, scale+math.Abs(term)
						}
						if got := float64(product.C[i*n+c]); !(math.Abs(got-sum) <= 4e-7*scale) {
							t.Fatalf("%v, layout %d: [%d %d] is %v, expected %v", plan, layout, i, c, got, sum)
						}
					}
				}
			}
		}
	}
	for o := Serial; o <= SplitK; o++ {
		if !seen[o] {
			t.Errorf("no product was done in order %v", o)
		}
	}
}

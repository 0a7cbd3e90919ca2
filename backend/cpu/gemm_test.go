package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/backend"
)

// layouts of a matrix of m rows and n columns, by name.
var layouts = []struct {
	name    string
	strides func(m, n int) (rs, cs int)
}{
	{"rows", func(m, n int) (int, int) { return n, 1 }},
	{"columns", func(m, n int) (int, int) { return 1, m }},
	{"wide rows", func(m, n int) (int, int) { return n + 3, 1 }},
	{"gaps", func(m, n int) (int, int) { return 2*n + 1, 2 }},
	{"gaps in columns", func(m, n int) (int, int) { return 3, 3*m + 2 }},
}

type gemmCase struct {
	batch, m, n, k int
	a, b, d        int // layouts
	alpha, beta    float64
	bias           bool
	act            backend.Activation
}

func (gc gemmCase) String() string {
	return fmt.Sprintf("%dx%dx%dx%d a %s, b %s, dst %s, alpha %v, beta %v, bias %v, %v", gc.batch, gc.m, gc.n, gc.k,
		layouts[gc.a].name, layouts[gc.b].name, layouts[gc.d].name, gc.alpha, gc.beta, gc.bias, gc.act)
}

func (gc gemmCase) view(c *cpu, rng *rand.Rand, layout, m, n int) backend.View {
	rs, cs := layouts[layout].strides(m, n)
	if gc.batch == 0 {
		return randomView(c, rng, []int{m, n}, []int{rs, cs})
	}
	return randomView(c, rng, []int{gc.batch, m, n}, []int{rs*m + cs*n + 1, rs, cs})
}

// check multiplies and compares with float64 to ε·Σ|terms|, and sees that
// nothing between the elements of the destination was touched.
func (gc gemmCase) check(t *testing.T, c *cpu, rng *rand.Rand) {
	t.Helper()
	a, b, d := gc.view(c, rng, gc.a, gc.m, gc.k), gc.view(c, rng, gc.b, gc.k, gc.n), gc.view(c, rng, gc.d, gc.m, gc.n)
	ep := backend.Epilogue{Act: gc.act, Slope: 0.1}
	var bias []float32
	if gc.bias {
		ep.Bias = randomView(c, rng, []int{gc.n}, []int{1 + rng.IntN(2)})
		bias = values(ep.Bias)
	}
	old := values(d)
	whole := append([]float32(nil), data(d.Buf)...)
	if gc.beta == 0 {
		// What must not be read.
		c.Fill(d, math.NaN())
	}
	c.Gemm(d, a, b, gc.alpha, gc.beta, ep)

	got, x, y := values(d), values(a), values(b)
	at := 0
	for s := range max(gc.batch, 1) {
		for i := range gc.m {
			for j := range gc.n {
				sum, scale := 0.0, 0.0
				for p := range gc.k {
					term := float64(x[(s*gc.m+i)*gc.k+p]) * float64(y[(s*gc.k+p)*gc.n+j])
					sum += term
					scale += math.Abs(term)
				}
				sum, scale = sum*gc.alpha, scale*math.Abs(gc.alpha)
				if gc.beta != 0 {
					sum += gc.beta * float64(old[at])
					scale += math.Abs(gc.beta * float64(old[at]))
				}
				if bias != nil {
					sum += float64(bias[j])
					scale += math.Abs(float64(bias[j]))
				}
				want := activateRef(gc.act, sum)
				if diff := math.Abs(float64(got[at]) - want); !(diff <= 4e-7*(scale+1)) {
					t.Fatalf("%v: [%d %d %d] is %v, expected %v", gc, s, i, j, got[at], want)
				}
				at++
			}
		}
	}
	c.Fill(d, 0)
	now := append([]float32(nil), data(d.Buf)...)
	ref := backend.NewView(c.Alloc(len(whole)), len(whole))
	c.Write32(ref.Buf, 0, whole)
	refD := d
	refD.Buf = ref.Buf
	c.Fill(refD, 0)
	sameBits(t, gc.String()+": memory round the destination", now, data(ref.Buf))
	for _, v := range []backend.View{a, b, d, ref} {
		c.Free(v.Buf)
	}
}

func activateRef(act backend.Activation, x float64) float64 {
	switch act {
	case backend.ActReLU:
		return max(x, 0)
	case backend.ActLeakyReLU:
		return max(x, 0.1*x)
	case backend.ActTanh:
		return math.Tanh(x)
	case backend.ActSigmoid:
		return 1 / (1 + math.Exp(-x))
	case backend.ActGELU:
		return x * math.Erfc(-x/math.Sqrt2) / 2
	case backend.ActGELUTanh:
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case backend.ActSiLU:
		return x / (1 + math.Exp(-x))
	}
	return x
}

// Sizes round the edges of tiles, blocks and every change of method.
func TestGemm(t *testing.T) {
	edge := []int{1, 2, 3, 5, 6, 7, 12, 13, 16, 17, 33}
	forPaths(t, func(t *testing.T) {
		c, rng := newCPU(), rand.New(rand.NewPCG(1, 2))
		run := func(m, n, k int) {
			gc := gemmCase{m: m, n: n, k: k, a: rng.IntN(5), b: rng.IntN(5), alpha: 1}
			if rng.IntN(3) == 0 {
				gc.d = rng.IntN(5)
			}
			gc.beta = []float64{0, 0, 1, 0.5}[rng.IntN(4)]
			gc.alpha = []float64{1, 1, -0.5}[rng.IntN(3)]
			gc.bias = rng.IntN(2) == 0
			gc.act = backend.Activation(rng.IntN(int(backend.NumActivations)))
			gc.check(t, c, rng)
		}
		for _, m := range edge {
			for _, n := range edge {
				for _, k := range append([]int{0}, edge...) {
					run(m, n, k)
				}
			}
		}
		for range 40 {
			run(1+rng.IntN(100), 1+rng.IntN(100), 1+rng.IntN(100))
		}
		for _, s := range [][3]int{
			{1, 1, 5000}, {1, 700, 300}, {700, 1, 300}, {3, 5, 9000}, {4, 2000, 40}, {2000, 4, 40}, {64, 784, 256},
			{7, 33, 4100}, {20, 40, 4500}, {130, 20, 600}, {100, 100, 257}, {385, 70, 65}, {400, 300, 100}, {32, 900, 130}, {1, 3000, 200}, {1, 40, 6000}, {20, 1111, 300}, {40, 70, 9000},
		} {
			for range 3 {
				run(s[0], s[1], s[2])
			}
		}
	})
}

// Few rows times columns that lie in memory order: sizes round the edges of
// slivers, of what is transposed back together and of blocks of K.
func TestGemmTransposed(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c, rng := newCPU(), rand.New(rand.NewPCG(5, 6))
		run := func(m, n, k int) {
			gemmCase{m: m, n: n, k: k, a: rng.IntN(5), b: 1, alpha: 1, beta: []float64{0, 1, 0.5}[rng.IntN(3)],
				bias: rng.IntN(2) == 0, act: backend.Activation(rng.IntN(int(backend.NumActivations)))}.check(t, c, rng)
		}
		for _, m := range []int{13, 14, 15, 16, 17, 27, 28, 31, 32, 33} {
			run(m, 1+rng.IntN(50), 63+rng.IntN(50))
			run(m, 100+rng.IntN(100), 500+rng.IntN(30))
		}
		for _, n := range []int{47, 383, 384, 385, 775} {
			run(16, n, 300)
			run(31, n, 517)
		}
		run(16, 1000, 1024)
		run(28, 50, 9000)
	})
}

// Tiles in place: rows of B that lie well and badly, or begin between lines, and
// sizes round the edges of tiles and of blocks of columns and of K.
func TestGemmInTiles(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c, rng := newCPU(), rand.New(rand.NewPCG(7, 8))
		for _, n := range []int{191, 192, 203, 208, 256, 272, 800} {
			for _, k := range []int{1, 63, 159, 161, 318, 325} {
				m := 5 + rng.IntN(125)
				gemmCase{m: m, n: n, k: k, a: rng.IntN(5), b: 2 * rng.IntN(2), d: 2 * rng.IntN(2), alpha: 1, beta: []float64{0, 1, 0.5}[rng.IntN(3)],
					bias: rng.IntN(2) == 0, act: backend.Activation(rng.IntN(int(backend.NumActivations)))}.check(t, c, rng)
			}
		}
	})
}

func TestGemmBatch(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c, rng := newCPU(), rand.New(rand.NewPCG(3, 4))
		for _, s := range [][4]int{{1, 3, 4, 5}, {7, 1, 16, 9}, {5, 9, 1, 8}, {40, 12, 20, 30}, {3, 70, 90, 80}, {2, 100, 300, 200}, {4, 2, 3, 0}} {
			for a := range layouts {
				gemmCase{batch: s[0], m: s[1], n: s[2], k: s[3], a: a, b: (a + 1) % 5, d: a / 2, alpha: 1,
					beta: float64(a % 2), bias: a == 2, act: backend.Activation(a)}.check(t, c, rng)
			}
		}
	})
}

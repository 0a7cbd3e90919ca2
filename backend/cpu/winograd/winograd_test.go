package winograd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// memory gives scratch memory full of NaN, with NaN behind it that must stay.
type memory struct{ t *testing.T }

type scratch []float32

func (s scratch) Floats() []float32 { return s[: len(s)-guard : len(s)-guard] }

const guard = 64

func (m memory) Get(n int) gemm.Scratch { return scratch(nans(n + guard)) }

func (m memory) Put(s gemm.Scratch) {
	all := s.(scratch)
	for _, x := range all[len(all)-guard:] {
		require.True(m.t, x != x, "written behind scratch memory")
	}
}

func nans(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.NaN())
	}
	return x
}

// newImages are images whose pixels, lines and images lie apart, with NaN between.
func newImages(n, h, w, c int, value func() float32) Images {
	m := Images{Pixel: c + 3, N: n, H: h, W: w, C: c}
	m.Line = w*m.Pixel + 5
	m.Image = h*m.Line + 7
	m.Mem = nans(n * m.Image)
	m.each(func(x []float32, _, _, _ int) {
		for i := range x {
			x[i] = value()
		}
	})
	return m
}

// each gives f the channels of each pixel.
func (m *Images) each(f func(x []float32, image, y, px int)) {
	for i := range m.N {
		for y := range m.H {
			for x := range m.W {
				f(m.at(i, y, x, 0, nil)[:m.C], i, y, x)
			}
		}
	}
}

// geometry is a convolution of square windows.
type geometry struct {
	taps, step      int // of each convolution, and stride
	n, h, w         int
	in, out         int
	padY, padX      int
	windowY, windoX int
}

func (g geometry) side() int { return g.taps * g.step }

// terms calls f for each product of a pixel and a weight that a window sums.
func (g geometry) terms(f func(n, wy, wx, y, x, tap int)) {
	for n := range g.n {
		for wy := range g.windowY {
			for wx := range g.windoX {
				for a := range g.side() {
					for b := range g.side() {
						y, x := wy*g.step+a-g.padY, wx*g.step+b-g.padX
						if y >= 0 && y < g.h && x >= 0 && x < g.w {
							f(n, wy, wx, y, x, a*g.side()+b)
						}
					}
				}
			}
		}
	}
}

var geometries = []geometry{
	{2, 2, 2, 8, 8, 32, 16, 1, 1, 4, 4},
	{2, 2, 1, 9, 11, 48, 80, 1, 2, 4, 6},
	{2, 2, 3, 7, 6, 16, 48, 3, 0, 6, 2},
	{2, 1, 2, 6, 7, 16, 32, 1, 0, 7, 6},
	{3, 1, 2, 6, 7, 48, 16, 1, 1, 6, 7},
	{3, 1, 1, 9, 5, 16, 80, 2, 1, 11, 4},
	{3, 1, 3, 3, 4, 32, 32, 0, 0, 1, 2},
}

// plans cross the edges of blocks: whole, and of few tiles and channels.
var plans = []Plan{{true, 64, 512, 256}, {true, 12, 16, 32}, {true, 7, 32, 16}}

// workers is the team of all tests.
var workers team.Team

func init() { workers.Init() }

func eachCase(t *testing.T, f func(t *testing.T, env *gemm.Env, g geometry, p Plan, rng *rand.Rand)) {
	for _, path := range asm.Paths() {
		for _, g := range geometries {
			for _, p := range plans {
				t.Run(fmt.Sprintf("%s/%+v/%v", path, g, p), func(t *testing.T) {
					defer asm.Use(path)()
					f(t, &gemm.Env{Memory: memory{t}, Team: &workers}, g, p, rand.New(rand.NewPCG(1, 2)))
				})
			}
		}
	}
}

// integers are numbers whose sums and quarters are exact.
func integers(rng *rand.Rand) func() float32 {
	return func() float32 { return float32(4 * (rng.IntN(9) - 4)) }
}

func TestForward(t *testing.T) {
	eachCase(t, func(t *testing.T, env *gemm.Env, g geometry, plan Plan, rng *rand.Rand) {
		x := newImages(g.n, g.h, g.w, g.in, integers(rng))
		y := newImages(g.n, g.windowY, g.windoX, g.out, integers(rng))
		taps := g.side() * g.side()
		w, bias := make([]float32, g.out*g.in*taps), make([]float32, g.out)
		fill(w, integers(rng))
		fill(bias, integers(rng))
		want := map[[4]int]float32{}
		g.terms(func(n, wy, wx, py, px, tap int) {
			from := x.at(n, py, px, 0, nil)
			for o := range g.out {
				s := want[[4]int{n, wy, wx, o}]
				for c := range g.in {
					s += from[c] * w[(o*g.in+c)*taps+tap]
				}
				want[[4]int{n, wy, wx, o}] = s
			}
		})
		s := Sliding{
			Taps: g.taps, Step: g.step, X: x, Y: y, W: Weights{w, taps, taps * g.in, g.side()}, NumPlanes: 1, Plan: plan,
			Epilogue: gemm.Epilogue{Bias: bias, Act: backend.ActReLU},
		}
		s.Planes[0] = Plane{First: [2]int{-g.padY, -g.padX}, Count: [2]int{g.windowY, g.windoX}, ToStep: 1, TapStep: g.step}
		s.Run(env)
		y.each(func(got []float32, n, wy, wx int) {
			for o := range got {
				require.Equal(t, max(0, want[[4]int{n, wy, wx, o}]+bias[o]), got[o], "image %d, window %d %d, channel %d", n, wy, wx, o)
			}
		})
		y.between(t)
	})
}

// between checks that nothing was written between pixels.
func (m *Images) between(t *testing.T) {
	m.each(func(x []float32, _, _, _ int) {
		for i := range x {
			x[i] = float32(math.NaN())
		}
	})
	for _, x := range m.Mem {
		require.True(t, x != x, "written between pixels")
	}
}

func fill(x []float32, value func() float32) {
	for i := range x {
		x[i] = value()
	}
}

func TestBack(t *testing.T) {
	eachCase(t, func(t *testing.T, env *gemm.Env, g geometry, plan Plan, rng *rand.Rand) {
		x := newImages(g.n, g.h, g.w, g.in, integers(rng))
		y := newImages(g.n, g.windowY, g.windoX, g.out, integers(rng))
		taps := g.side() * g.side()
		w := make([]float32, g.out*g.in*taps)
		fill(w, integers(rng))
		want := map[[4]int]float32{}
		g.terms(func(n, wy, wx, py, px, tap int) {
			from := y.at(n, wy, wx, 0, nil)
			for c := range g.in {
				s := want[[4]int{n, py, px, c}]
				for o := range g.out {
					s += from[o] * w[(o*g.in+c)*taps+tap]
				}
				want[[4]int{n, py, px, c}] = s
			}
		})
		s := Sliding{
			Taps: g.taps, Step: 1, X: y, Y: x, W: Weights{w, taps * g.in, taps, g.side()}, NumPlanes: g.step * g.step, Plan: plan,
		}
		for i := range s.NumPlanes {
			at := [2]int{i / g.step, i % g.step}
			p := Plane{To: at, ToStep: g.step, TapStep: -g.step, Count: [2]int{ceilDiv(g.h-at[0], g.step), ceilDiv(g.w-at[1], g.step)}}
			for axis, pad := range [2]int{g.padY, g.padX} {
				// The last tap that meets the pixel, and the window that it belongs to.
				p.Tap[axis] = (at[axis]+pad)%g.step + (g.taps-1)*g.step
				p.First[axis] = (at[axis] + pad - p.Tap[axis]) / g.step
			}
			s.Planes[i] = p
		}
		s.Run(env)
		x.each(func(got []float32, n, py, px int) {
			for c := range got {
				require.Equal(t, want[[4]int{n, py, px, c}], got[c], "image %d, pixel %d %d, channel %d", n, py, px, c)
			}
		})
		x.between(t)
	})
}

func TestWeightGrad(t *testing.T) {
	eachCase(t, func(t *testing.T, env *gemm.Env, g geometry, plan Plan, rng *rand.Rand) {
		x := newImages(g.n, g.h, g.w, g.in, integers(rng))
		y := newImages(g.n, g.windowY, g.windoX, g.out, integers(rng))
		taps := g.side() * g.side()
		want, got := make([]float32, g.out*taps*g.in), nans(g.out*taps*g.in)
		g.terms(func(n, wy, wx, py, px, tap int) {
			from, up := x.at(n, py, px, 0, nil), y.at(n, wy, wx, 0, nil)
			for o := range g.out {
				for c := range g.in {
					want[(o*taps+tap)*g.in+c] += from[c] * up[o]
				}
			}
		})
		d := WeightGrad{
			Taps: g.taps, Step: g.step, X: x, Y: y, Dst: got, Plan: plan,
			Plane: Plane{First: [2]int{-g.padY, -g.padX}, Count: [2]int{g.windowY, g.windoX}, ToStep: 1, TapStep: g.step},
		}
		d.Run(env)
		require.Equal(t, want, got)
	})
}

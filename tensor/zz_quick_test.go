package tensor_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

func TestQuickAtt(t *testing.T) {
	ref, _ := backend.Get("reference")
	cpu, _ := backend.Get("cpu")
	r := rand.New(rand.NewPCG(1, 2))
	for it := range 300 {
		b, tq, g, rep := 1+r.IntN(2), 1+r.IntN(300), 1+r.IntN(3), 1+r.IntN(3)
		if it%3 == 0 { tq = 1 + r.IntN(4) }
		tk := 1 + r.IntN(300)
		if it%2 == 0 { tk = tq }
		d := []int{16, 64, 5, 32, 40, 1, 128, 256}[r.IntN(8)]
		cfg := AttentionConfig{Causal: r.IntN(2) == 0}
		if r.IntN(3) == 0 { cfg.Window = 1 + r.IntN(tk+10) }
		if tk > tq { cfg.Offset = tk - tq }
		if r.IntN(4) == 0 { cfg.Offset = r.IntN(20) - 10 }
		if r.IntN(3) == 0 { for range b { cfg.Lengths = append(cfg.Lengths, int32(r.IntN(tk+1))) } }
		rnd := func(s ...int) ([]float64, []int) { n := 1; for _, x := range s { n *= x }; o := make([]float64, n); for i := range o { o[i] = float64(float32(r.NormFloat64())) }; return o, s }
		var arr [4][]float64; var shp [4][]int
		arr[0], shp[0] = rnd(b, tq, g*rep, d)
		arr[1], shp[1] = rnd(b, tk, g, d)
		arr[2], shp[2] = rnd(b, tk, g, d)
		arr[3], shp[3] = rnd(b, tq, g*rep, d)
		run := func(be backend.Backend) (out [][]float64) {
			tape := NewTape(On(be)); defer tape.Release()
			var x []*Tensor
			for i := range arr { x = append(x, tape.Of(FromSliceOn(be, arr[i], shp[i]...))) }
			y := Attention(x[0], x[1], x[2], cfg)
			out = append(out, y.Float64s())
			for _, gr := range tape.Grad(y, x[:3], GradOutput(x[3])) { out = append(out, gr.Float64s()) }
			return
		}
		w, o := run(ref), run(cpu)
		for i := range w {
			var worst, scale float64
			for j := range w[i] { worst = max(worst, math.Abs(w[i][j]-o[i][j])); scale = max(scale, math.Abs(w[i][j])); if o[i][j] != o[i][j] { worst = 1e9 } }
			if worst > 3e-6*max(1, scale) { t.Fatalf("%d: %v %v %+v: result %d off %g of %g", it, shp[0], shp[1], cfg, i, worst, scale) }
		}
	}
	fmt.Println("ok")
}

func BenchmarkAttn(b *testing.B) {
	for _, s := range [][4]int{{8, 4, 128, 64}, {1, 12, 512, 64}, {1, 12, 1024, 64}} {
		for _, causal := range []bool{true, false} {
			for _, grad := range []bool{false, true} {
				b.Run(fmt.Sprintf("%v/%v/%v", s, causal, grad), func(b *testing.B) {
					qkv := NewRNG(1).Normal(0, 1, s[0], s[2], 3*s[1], s[3])
					gy := NewRNG(2).Normal(0, 1, s[0], s[2], s[1], s[3])
					tape := NewTape()
					if !grad { tape = NewTape(NoGrad()) }
					for b.Loop() {
						x := tape.Of(qkv)
						p := x.Split(2, s[1], s[1], s[1])
						y := Attention(p[0], p[1], p[2], AttentionConfig{Causal: causal})
						if grad { tape.Grad(y, []*Tensor{x}, GradOutput(gy)) }
						tape.Release()
					}
				})
			}
		}
	}
	for _, n := range []int{64, 256, 512, 1024} {
		b.Run(fmt.Sprintf("decode%d", n), func(b *testing.B) {
			q := NewRNG(1).Normal(0, 1, 1, 1, 12, 64)
			kv := NewRNG(1).Normal(0, 1, 1, 24, n, 64)
			p := kv.Permute(0, 2, 1, 3).Split(2, 12, 12)
			for b.Loop() { Attention(q, p[0], p[1], AttentionConfig{}).Release() }
		})
	}
}

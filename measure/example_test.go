package measure_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/org/artnn/measure"
)

// bars are pictures of a bright bar at some place, with noise.
func bars(n, side int, noise float64, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	pictures := make([][]float32, n)
	for i := range pictures {
		from := r.IntN(side)
		to := from + side/8 + r.IntN(side/2)
		for at := range side * side {
			v := noise * r.NormFloat64()
			if x := at % side; x >= from && x < to {
				v++
			}
			pictures[i] = append(pictures[i], float32(v))
		}
	}
	return pictures
}

// Fine grain is wrong at the finest level only.
func ExampleSlicedWasserstein() {
	s := measure.SlicedWasserstein{Channels: 1, Height: 32, Width: 32}
	real := bars(100, 32, 0.01, 1)
	ctx := context.Background()
	good, err := s.Distance(ctx, real, bars(100, 32, 0.01, 2))
	if err != nil {
		log.Fatal(err)
	}
	grainy, err := s.Distance(ctx, real, bars(100, 32, 0.1, 2))
	if err != nil {
		log.Fatal(err)
	}
	for i, level := range good.Levels {
		fmt.Printf("%d×%d: worse %v\n", level.Width, level.Height, grainy.Levels[i].Distance > 2*level.Distance)
	}
	// Output:
	// 32×32: worse true
	// 16×16: worse false
}

// A value means something beside that of two halves of the real pictures.
func ExampleCompare() {
	s := measure.SlicedWasserstein{Channels: 1, Height: 32, Width: 32, Seed: 1}
	real, generated := bars(400, 32, 0.01, 1), bars(200, 32, 0.1, 2)
	toGenerated, toReal, err := measure.Compare(context.Background(), measure.Vectors(real), generated, 1, s.Distance)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("generated pictures are farther:", toGenerated.Mean > 2*toReal.Mean)
	// Output: generated pictures are farther: true
}

// Any function of pictures is a measure's features: here the mean of each half,
// in place of what a network knows.
func ExampleFeatures() {
	halves := measure.Features(func(pictures [][]float32) (out [][]float32) {
		for _, p := range pictures {
			var means [2]float32
			for at, v := range p {
				means[at%16/8] += v / float32(len(p)/2)
			}
			out = append(out, means[:])
		}
		return out
	})
	ctx := context.Background()
	real, err := halves.Of(ctx, bars(500, 16, 0, 1))
	if err != nil {
		log.Fatal(err)
	}
	generated, err := halves.Of(ctx, bars(500, 16, 0, 2))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", measure.Frechet(real, generated))
	// Output: 0.000
}

// A Fréchet distance of two sets whose means differ by 3 and 4.
func ExampleFrechet() {
	real := [][]float32{{0, 0}, {2, 0}, {0, 2}, {2, 2}}
	generated := [][]float32{{3, 4}, {5, 4}, {3, 6}, {5, 6}}
	fmt.Printf("%.1f\n", measure.Frechet(real, generated))
	// Output: 25.0
}

// Vectors from one distribution have a Fréchet distance above 0 because there are
// few, which extrapolation takes away.
func ExampleExtrapolatedFrechet() {
	real, generated := bars(400, 4, 1, 1), bars(400, 4, 1, 2)
	biased := measure.Frechet(real, generated)
	extrapolated, err := measure.ExtrapolatedFrechet(context.Background(), real, generated, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(extrapolated < biased/2)
	// Output: true
}

// The kernel distance has no such bias.
func ExampleKernel() {
	real, same, other := bars(200, 4, 1, 1), bars(200, 4, 1, 2), bars(200, 4, 1.2, 3)
	ctx := context.Background()
	toSame, err := measure.Kernel(ctx, real, same)
	if err != nil {
		log.Fatal(err)
	}
	toOther, err := measure.Kernel(ctx, real, other)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(toSame < 0.01, toOther > 0.01)
	// Output: true true
}

// A generator that makes one of two kinds: all it makes is right, and half is
// missing.
func ExampleByNeighbours() {
	real := [][]float32{{0}, {1}, {2}, {100}, {101}, {102}}
	generated := [][]float32{{0.5}, {1.5}, {1}, {0.2}}
	o, err := measure.ByNeighbours(context.Background(), real, generated, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("precision %.2f, recall %.2f, density %.2f, coverage %.2f\n", o.Precision, o.Recall, o.Density, o.Coverage)
	// Output: precision 1.00, recall 0.50, density 1.50, coverage 0.50
}

// Copies are found by the nearest real picture.
func ExampleNearest() {
	real := [][]float32{{0, 0}, {3, 4}, {6, 8}}
	indices, distances := measure.Nearest([][]float32{{3, 4}, {1, 0}}, real)
	fmt.Println(indices, distances)
	_, distances = measure.Nearest(real, real) // each to the nearest other
	fmt.Println(distances)
	// Output:
	// [1 0] [0 1]
	// [5 5 5]
}

package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strings"

	"github.com/org/artnn/internal/words"
)

// series is work at several sizes.
type series struct {
	title string
	sizes []int
	build func(size int) (workload, error)
	cost  func(size int) cost
}

func allSeries() []series {
	mlp := func(width int) []int { return []int{784, width, width, 10} }
	small := textSizes{vocab: 2000, embed: 128, hidden: 256}
	return []series{
		{"MLP 784-256-128-10: batch", []int{8, 16, 32, 64, 128, 256, 512},
			func(n int) (workload, error) { return newMNIST(mnistSizes, n) },
			func(n int) cost { return mlpCost(n, mnistSizes, adamBytes) }},
		{"MLP 784-w-w-10, batch 64: width w", []int{128, 256, 512, 1024, 2048},
			func(n int) (workload, error) { return newMNIST(mlp(n), mnistBatch) },
			func(n int) cost { return mlpCost(mnistBatch, mlp(n), adamBytes) }},
		{"LSTM 2000/128/256, batch 32: steps", []int{8, 16, 32, 64, 128},
			func(n int) (workload, error) { return newTextTraining(small, textBatch, n) },
			func(n int) cost { return small.trainCost(textBatch, n) }},
		{"dense GAN, batch 16: pixels", []int{16, 32, 64, 128, 256},
			func(n int) (workload, error) { return newGAN(n, 16) },
			func(n int) cost { g, d := ganSizes(n); return ganCost(16, g, d) }},
	}
}

// scaling measures how time grows with size.
func (b *bench) scaling() (*table, error) {
	t := &table{head: []string{"what grows", "size: ms", "slope", "slope of the floor"}}
	for _, s := range allSeries() {
		fmt.Fprintln(os.Stderr, "measuring", s.title)
		var sides []contestant
		for _, n := range s.sizes {
			w, err := s.build(n)
			if err != nil {
				return nil, fmt.Errorf("%s %d: %w", s.title, n, err)
			}
			sides = append(sides, ours{w, b.peer.threads})
		}
		samples, err := alternate(b.plan, sides...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.title, err)
		}
		var x, ms, floors []float64
		var points []string
		for i, n := range s.sizes {
			size := n
			if strings.HasSuffix(s.title, "pixels") {
				size = n * n
			}
			x, ms = append(x, float64(size)), append(ms, median(samples[i]))
			floors = append(floors, b.limits.floor(s.cost(n)))
			points = append(points, fmt.Sprintf("%d: %s", size, number(ms[i])))
		}
		t.add(s.title, strings.Join(points, ", "), fmt.Sprintf("%.2f", slope(x, ms)), fmt.Sprintf("%.2f", slope(x, floors)))
		runtime.GC()
	}
	return t, nil
}

// slope is the exponent of y = constant · x^slope: a least-squares fit of ln y
// to ln x.
func slope(x, y []float64) float64 {
	var mx, my float64
	for i := range x {
		mx += math.Log(x[i]) / float64(len(x))
		my += math.Log(y[i]) / float64(len(x))
	}
	var xy, xx float64
	for i := range x {
		dx := math.Log(x[i]) - mx
		xy += dx * (math.Log(y[i]) - my)
		xx += dx * dx
	}
	return xy / xx
}

// cores measures rows on one thread and on all threads.
func (b *bench) cores(picked []row) (*table, error) {
	n := b.peer.threads
	t := &table{head: []string{"work", "1 thread ms", words.Count(n, "thread") + " ms", "speed-up"}}
	for _, r := range picked {
		fmt.Fprintln(os.Stderr, "measuring", r.name, "on 1 and", words.Count(n, "thread"))
		w, err := r.build()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		samples, err := alternate(b.plan, ours{w, 1}, ours{w, n})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		one, many := median(samples[0]), median(samples[1])
		t.add(r.title, number(one), number(many), fmt.Sprintf("%.2f", one/many))
		runtime.GC()
	}
	return t, nil
}

package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/cpu"
)

// convolution is one of square images and windows, in a batch of convBatch.
type convolution struct {
	in, side, out           int // channels and size of the images, channels of the result
	kernel, stride, padding int
}

// convolutions are the layers of DCGAN's discriminator for 64×64, whose gradients of
// inputs are the generator's forward passes, and 3×3 ones of residual networks.
func convolutions() []convolution {
	all := []convolution{
		{3, 64, 64, 4, 2, 1}, {64, 32, 128, 4, 2, 1}, {128, 16, 256, 4, 2, 1}, {256, 8, 512, 4, 2, 1},
		{512, 4, 1, 4, 1, 0}, {512, 4, convLatents, 4, 1, 0},
	}
	for _, c := range [][2]int{{64, 64}, {64, 32}, {128, 32}, {128, 16}, {256, 16}, {256, 8}, {512, 8}} {
		all = append(all, convolution{c[0], c[1], c[0], 3, 1, 1})
	}
	return all
}

// convOps are the operations of a convolution, by what they compute.
var convOps = []string{"forward", "input", "weights"}

func (c convolution) windows() int { return (c.side+2*c.padding-c.kernel)/c.stride + 1 }

// flops are those of the definition, whatever is in fact computed.
func (c convolution) flops() float64 {
	n := float64(c.windows())
	return 2 * convBatch * n * n * float64(c.kernel*c.kernel) * float64(c.in) * float64(c.out)
}

func (c convolution) String() string {
	return fmt.Sprintf("%d×%d to %d, %d×%d at stride %d, %d×%d", c.side, c.side, c.windows(), c.kernel, c.kernel, c.stride, c.in, c.out)
}

// reps is the number of calls in one step, large enough for a clock to measure.
func (c convolution) reps() int { return int(max(1, 2e7/c.flops())) }

// peerRow is the peer's name for an operation.
func (c convolution) peerRow(op string) string {
	return fmt.Sprintf("conv,%d,%d,%d,%d,%d,%d,%s,%d", c.in, c.side, c.out, c.kernel, c.stride, c.padding, op, c.reps())
}

// channelsLast are images of random numbers with the channels of a pixel together, or
// of weights.
func channelsLast(be backend.Backend, n, c, side int) backend.View {
	v := backend.NewView(be.Alloc(n*c*side*side), n, side, side, c)
	be.Write32(v.Buf, 0, uniform(newRand(), v.Size(), -1, 1))
	v.Shape[1], v.Shape[2], v.Shape[3] = c, side, side
	v.Strides[1], v.Strides[2], v.Strides[3] = 1, side*c, c
	return v
}

// newConvolution is an operation as a workload of ours, and a function that frees its
// memory.
func newConvolution(be backend.Backend, c convolution, op string) (workload, func()) {
	x, y := channelsLast(be, convBatch, c.in, c.side), channelsLast(be, convBatch, c.out, c.windows())
	w := backend.NewView(be.Alloc(c.out*c.in*c.kernel*c.kernel), c.out, c.in, c.kernel, c.kernel)
	be.Write32(w.Buf, 0, uniform(newRand(), w.Size(), -1, 1))
	geometry := backend.Conv{
		Stride: [2]int{c.stride, c.stride}, Dilation: [2]int{1, 1}, Pad: [2]int{c.padding, c.padding}, Groups: 1,
	}
	run := map[string]func(){
		"forward": func() { be.Conv2d(y, x, w, geometry, backend.Epilogue{}) },
		"input":   func() { be.Conv2dInputGrad(x, y, w, geometry, backend.Epilogue{}) },
		"weights": func() { be.Conv2dWeightGrad(w, y, x, geometry, 0) },
	}[op]
	reps := c.reps()
	work := steps(func() {
		for range reps {
			run()
		}
	})
	return work, func() {
		for _, v := range []backend.View{x, y, w} {
			be.Free(v.Buf)
		}
	}
}

// conv measures convolutions, alternately with the peer's. Rates count the
// multiplications of the definition.
func (b *bench) conv() (*table, error) {
	be, err := backend.Get("cpu")
	if err != nil {
		return nil, err
	}
	var peer *process
	if !b.noPeer {
		if peer, _, err = startPeer(b.peer, ""); err != nil {
			return nil, fmt.Errorf("peer: %w", err)
		}
		defer peer.stop()
	}
	t := &table{head: []string{"images, windows, channels"}}
	for _, op := range convOps {
		t.head = append(t.head, "ours "+op, "PyTorch "+op, "ratio")
	}
	for _, c := range convolutions() {
		fmt.Fprintln(os.Stderr, "measuring convolution", c)
		cells := []string{c.String()}
		for _, op := range convOps {
			rates, err := b.convOf(be, c, op, peer)
			if err != nil {
				return nil, fmt.Errorf("%v, %s: %w", c, op, err)
			}
			theirs, ratio := missing, missing
			if len(rates) > 1 {
				theirs, ratio = number(rates[1]), fmt.Sprintf("%.2f", rates[0]/rates[1])
			}
			cells = append(cells, number(rates[0]), theirs, ratio)
		}
		t.add(cells...)
	}
	return t, nil
}

// convOf is the GF/s of one operation: ours first, then the peer's, if there is one.
func (b *bench) convOf(be backend.Backend, c convolution, op string, peer *process) ([]float64, error) {
	work, free := newConvolution(be, c, op)
	defer free()
	sides := []contestant{perCall{ours{work, b.peer.threads}, c.reps()}}
	if peer != nil {
		if _, err := peer.call(request{Do: "setup", Row: c.peerRow(op), Threads: b.peer.threads}); err != nil {
			return nil, fmt.Errorf("peer: %w", err)
		}
		sides = append(sides, perCall{peer, c.reps()})
	}
	short := b.plan
	short.block = min(short.block, 100*time.Millisecond)
	samples, err := alternate(short, sides...)
	if err != nil {
		return nil, err
	}
	rates := make([]float64, len(samples))
	for i, s := range samples {
		rates[i] = c.flops() / median(s) * 1e-6
	}
	runtime.GC()
	return rates, nil
}

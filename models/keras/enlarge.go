package keras

import (
	"fmt"
	"math"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Enlargement is how a network makes pictures larger.
type Enlargement struct {
	// Scale is how many pixels each one becomes, along both axes.
	Scale int
	// Reach is how many pixels on each side what becomes of a pixel depends on. A
	// picture in tiles with as many from their surroundings is the same as in one.
	Reach int
	// Peak is the most numbers that a layer has for a pixel of the picture, for
	// estimates of memory.
	Peak int
}

// Enlargement tells how the network makes pictures larger.
//
// Errors: a network that does something else: its layers do not keep pixels in their
// places, are for pictures of one size, or have other channels in the end.
func (n *Network) Enlargement() (Enlargement, error) {
	fail := func(format string, args ...any) (Enlargement, error) {
		return Enlargement{}, fmt.Errorf("the network does not make pictures larger: "+format, args...)
	}
	channels, h, w := n.Size()
	if h != 0 || w != 0 {
		return fail("it takes pictures of %d×%d only", w, h)
	}
	type seen struct{ scale, reach float64 } // from the picture; reach in its pixels
	sights := make([]seen, len(n.nodes))
	of := func(place int) seen {
		if place == picture {
			return seen{scale: 1}
		}
		return sights[place]
	}
	peak := 0
	for i, l := range n.nodes[:n.output+1] {
		if l.Sees.Scale < 1 {
			return fail("layer %q, a %s, mixes, cuts or leaves out pixels", n.cfg.Layers[i].Name, n.cfg.Layers[i].Class)
		}
		first := of(l.inputs[0])
		for _, place := range l.inputs {
			first.reach = max(first.reach, of(place).reach) // the scales are equal, or they would not go together
		}
		sights[i] = seen{first.scale * float64(l.Sees.Scale), first.reach + float64(l.Sees.Reach)/first.scale}
		peak = max(peak, (size(l.shape)+anySize*anySize-1)/(anySize*anySize))
	}
	last := n.nodes[n.output]
	if len(last.shape) != 4 || last.shape[1] != channels {
		return fail("its result %v has not %s", last.shape, words.Count(channels, "channel"))
	}
	s := sights[n.output]
	return Enlargement{Scale: int(s.scale), Reach: int(math.Ceil(s.reach)), Peak: peak}, nil
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Enlarge makes pictures larger: [Network.Forward] with a result in [−1, 1], as far as
// the network keeps to its range.
//
// Shape: [N, channels, H, W] → [N, channels, H·Scale, W·Scale] with [Enlargement.Scale].
func (n *Network) Enlarge(x *tensor.Tensor) *tensor.Tensor {
	y := n.Forward(x)
	lo, hi := n.cfg.Range[0], n.cfg.Range[1]
	if lo == hi || lo == -1 && hi == 1 {
		return y
	}
	return y.SubScalar((hi + lo) / 2).MulScalar(2 / (hi - lo))
}

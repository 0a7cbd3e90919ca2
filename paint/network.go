package paint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Network is a network whose values inside can be had, for pictures of any size.
type Network interface {
	// Size is the channels that it takes, 1 gray, 3 RGB or 4 RGB and alpha, and the height
	// and width that it is for, which do not matter here.
	Size() (channels, height, width int)
	// ActivationNames are the layers, in the order of computation.
	ActivationNames() []string
	// Activations are the values of layers for pictures x in [−1, 1], [n, channels,
	// height, width]. It panics with what [tensor.Try] returns if it cannot.
	Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor
}

// choice are the layers of a well-known network that give good pictures.
type choice struct {
	dream          []string
	content, style []string
}

// known are networks by the names of their layers, which are those of Keras.
var known = []choice{
	{ // MobileNetV2
		dream:   []string{"block_6_expand_relu", "block_10_expand_relu"},
		content: []string{"block_5_add"},
		style:   []string{"Conv1_relu", "block_1_expand_relu", "block_2_add", "block_3_expand_relu", "block_6_expand_relu"},
	},
	{ // InceptionV3
		dream:   []string{"mixed4", "mixed6", "mixed7"},
		content: []string{"mixed0"},
		style:   []string{"activation_1", "activation_3", "activation_4", "activation_5", "mixed0"},
	},
	{ // VGG16 and VGG19; style and content are those of Gatys et al.
		dream:   []string{"block4_conv3", "block5_conv1"},
		content: []string{"block4_conv2"},
		style:   []string{"block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1"},
	},
}

// choose are the layers for a network: those of one that is known, else some by their
// places from the picture to the end.
func choose(names []string) choice {
	for _, c := range known {
		if all := slices.Concat(c.dream, c.content, c.style); !slices.ContainsFunc(all, func(n string) bool { return !slices.Contains(names, n) }) {
			return c
		}
	}
	at := func(parts ...float64) (chosen []string) {
		for _, p := range parts {
			chosen = append(chosen, names[int(p*float64(len(names)-1))])
		}
		return slices.Compact(chosen)
	}
	return choice{dream: at(0.5), content: at(0.5), style: at(0, 0.25, 0.5, 0.75)}
}

// watcher looks at some layers of a network.
type watcher struct {
	net      Network
	channels int
	layers   []string
}

// newWatcher checks the layers. With pixels, their values must be of pictures.
func newWatcher(net Network, layers []string) (*watcher, error) {
	w := &watcher{net: net}
	w.channels, _, _ = net.Size()
	if c := w.channels; c != 1 && c != 3 && c != 4 {
		return nil, fmt.Errorf("the network takes pictures of %s: it must be 1, 3 or 4", words.Count(c, "channel"))
	}
	names := net.ActivationNames()
	for _, name := range layers {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("the network has no layer %q; it has %s", name, strings.Join(names, ", "))
		}
		if !slices.Contains(w.layers, name) {
			w.layers = append(w.layers, name)
		}
	}
	return w, nil
}

// values are those of the layers for a picture [1, 3, height, width], on its tape.
func (w *watcher) values(x *tensor.Tensor) []*tensor.Tensor {
	switch w.channels {
	case 1: // ITU-R BT.601, as image/color has it
		luma := x.Narrow(1, 0, 1).MulScalar(0.299)
		luma = luma.Add(x.Narrow(1, 1, 1).MulScalar(0.587))
		x = luma.Add(x.Narrow(1, 2, 1).MulScalar(0.114))
	case 4: // opaque
		x = tensor.Cat(1, x, opaque(x))
	}
	return w.net.Activations(x, w.layers...)
}

// opaque is a channel of ones for pictures.
func opaque(x *tensor.Tensor) *tensor.Tensor {
	return x.Const(1).Expand(x.Dim(0), 1, x.Dim(2), x.Dim(3))
}

// of is the value of a layer among values.
func (w *watcher) of(values []*tensor.Tensor, layer string) *tensor.Tensor {
	return values[slices.Index(w.layers, layer)]
}

// takes tells whether the layers can be computed for a picture of that size, and have
// pixels if they must. It computes them once, without what a gradient needs.
func (w *watcher) takes(s size, pixels bool) error {
	x := tensor.Zeros(1, w.channels, s.h, s.w)
	defer x.Release()
	var values []*tensor.Tensor
	if err := tensor.Try(func() { values = w.net.Activations(x, w.layers...) }); err != nil {
		return fmt.Errorf("the network cannot see a picture of %d×%d: %w", s.w, s.h, err)
	}
	for i, v := range values {
		if v.Rank() != 4 && pixels {
			return fmt.Errorf("the layer %q has values of shape %v, which have no pixels: choose one before", w.layers[i], v.Shape())
		}
		if v.Size() == 0 {
			return fmt.Errorf("the layer %q has no values for a picture of %d×%d: use a larger one", w.layers[i], s.w, s.h)
		}
	}
	for _, v := range values {
		if v != x {
			v.Release()
		}
	}
	return nil
}

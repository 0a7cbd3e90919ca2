package keras

import (
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

// kind is the name under which the networks are saved.
const kind = "Keras"

func init() {
	models.Register(kind, func(cfg Config, env models.Env) (*Network, error) { return New(cfg, env.Backend) })
}

// Network is a network of layers that Keras describes. It is safe for concurrent use,
// each call with a tape of its own.
type Network struct {
	cfg    Config
	places map[string]int // of layers in nodes by name; picture is the input's
	nodes  []node
	output int // place of the result
}

// node is a layer in its place.
type node struct {
	Layer
	inputs []int // places of what it reads
	shape  []int // of its value as it was planned, of one picture
}

// picture is the place of the input.
const picture = -1

const (
	// anySize is the height and width that a network for any is planned with. The
	// smallest pictures of InceptionV3 have 75 pixels.
	anySize = 128
	// maxNumbers bounds the parameters of a network, as of all models.
	maxNumbers = min(math.MaxInt/8, 1<<40)
)

// New makes a network with random weights.
//
// Errors: classes that are not known; configurations that layers of their class cannot
// have; layers that do not fit each other.
func New(cfg Config, be backend.Backend) (*Network, error) {
	n := &Network{cfg: cfg}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if err := n.connect(); err != nil {
		return nil, err
	}
	if err := n.plan(); err != nil {
		return nil, err
	}
	rng := tensor.NewRNGOn(be, 0)
	for i := range n.nodes {
		if err := n.make(i, rng); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// plan finds out the shapes of all values, by running the network without memory.
func (n *Network) plan() error {
	be := shape.New(maxNumbers)
	tape := tensor.NewTape(tensor.On(be), tensor.NoGrad())
	defer tape.Release()
	rng := tensor.NewRNGOn(be, 0)
	values := make([]*tensor.Tensor, len(n.nodes))
	var x *tensor.Tensor
	if err := tensor.Try(func() { x = tape.Zeros(n.shapeOf(picture)...) }); err != nil {
		return fmt.Errorf("size: %w", err)
	}
	lists := 0
	for i := range n.nodes {
		if err := n.make(i, rng); err != nil {
			return err
		}
		if lists += n.nodes[i].lists; lists > maxLists {
			return fmt.Errorf("layer %q: with those before it, more pixels to pick from than %d", n.cfg.Layers[i].Name, maxLists)
		}
		err := tensor.Try(func() { values[i] = n.nodes[i].Forward(n.nodes[i].read(values, x)) })
		if err != nil {
			return fmt.Errorf("layer %q: %w", n.cfg.Layers[i].Name, err)
		}
		n.nodes[i].shape = values[i].Shape()
	}
	return nil
}

// shapeOf is the shape of a value for one picture, as it was planned.
func (n *Network) shapeOf(place int) []int {
	if place != picture {
		return n.nodes[place].shape
	}
	shape := []int{1, n.cfg.Size[0], n.cfg.Size[1], n.cfg.Size[2]}
	for i := range shape {
		if shape[i] == 0 {
			shape[i] = anySize
		}
	}
	return shape
}

// make makes a layer; what it reads is planned.
func (n *Network) make(i int, rng *tensor.RNG) error {
	e := n.cfg.Layers[i]
	in := make([][]int, len(n.nodes[i].inputs))
	for k, place := range n.nodes[i].inputs {
		in[k] = n.shapeOf(place)
	}
	err := error(nil)
	if e := tensor.Try(func() { n.nodes[i].Layer, err = build(n.cfg.Layers[i], in, rng) }); e != nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("layer %q of class %s: %w", e.Name, e.Class, err)
	}
	return nil
}

// read is what a layer reads, of values so far and the picture.
func (l *node) read(values []*tensor.Tensor, x *tensor.Tensor) []*tensor.Tensor {
	in := make([]*tensor.Tensor, len(l.inputs))
	for k, place := range l.inputs {
		in[k] = x
		if place != picture {
			in[k] = values[place]
		}
	}
	return in
}

// Describe returns the kind "Keras" and the configuration.
func (n *Network) Describe() (string, any) { return kind, n.cfg }

// State yields what each layer has, behind the layer's name.
func (n *Network) State() iter.Seq2[string, layers.Entry] {
	return func(yield func(string, layers.Entry) bool) {
		for i, e := range n.cfg.Layers {
			if n.nodes[i].Module == nil {
				continue
			}
			for name, entry := range layers.Prefix(e.Name, n.nodes[i].Module.State()) {
				if !yield(name, entry) {
					return
				}
			}
		}
	}
}

// Size is the channels, height and width of the pictures that the network is for; 0
// means any height or width. [Network.Activations] takes others, as long as the layers
// asked for do not depend on layers for one size, such as Dense after Flatten.
func (n *Network) Size() (channels, height, width int) {
	return n.cfg.Size[0], n.cfg.Size[1], n.cfg.Size[2]
}

// Trace computes all layers once, for a summary of them.
func (n *Network) Trace(tape *tensor.Tape) {
	n.Activations(tape.Zeros(n.shapeOf(picture)...), n.ActivationNames()...)
}

// Forward is the value of the output layer.
//
// Shape: x [N, channels, height, width] in [−1, 1] → that of the layer.
//
// Panics if layers do not fit the picture.
func (n *Network) Forward(x *tensor.Tensor) *tensor.Tensor {
	return n.Activations(x, n.cfg.Output)[0]
}

// ActivationNames are the names of all layers, from the picture to the output.
func (n *Network) ActivationNames() []string {
	names := make([]string, len(n.cfg.Layers))
	for i, e := range n.cfg.Layers {
		names[i] = e.Name
	}
	return names
}

// Activations are the values of layers, by their names. Nothing but what they depend on
// is computed. Of a picture outside any tape, the values of other layers are released
// as soon as they have been read.
//
// Shape: x [N, channels, height, width] in [−1, 1]; values of pictures are [N,
// channels, height, width] too, others [N, features].
//
// Panics if there is no layer of a name, or layers do not fit the picture.
func (n *Network) Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor {
	const op = "activations"
	if x.Rank() != 4 || x.Dim(1) != n.cfg.Size[0] {
		tensor.Fail(op, fmt.Sprintf("needs pictures [batch, %d, height, width]", n.cfg.Size[0]), "%v", x.Shape())
	}
	asked := make([]int, len(names))
	for i, name := range names {
		place, ok := n.places[name]
		if !ok || place == picture {
			tensor.Fail(op, "needs names of layers", "%q", name)
		}
		asked[i] = place
	}
	values := n.evaluate(n.toRange(x), asked)
	out := make([]*tensor.Tensor, len(asked))
	for i, place := range asked {
		out[i] = values[place]
	}
	return out
}

// toRange maps [−1, 1] to the network's range.
func (n *Network) toRange(x *tensor.Tensor) *tensor.Tensor {
	lo, hi := n.cfg.Range[0], n.cfg.Range[1]
	if lo == hi || lo == -1 && hi == 1 {
		return x
	}
	return x.MulScalar((hi - lo) / 2).AddScalar((hi + lo) / 2)
}

// evaluate computes the values of layers, and of those they depend on.
func (n *Network) evaluate(x *tensor.Tensor, asked []int) []*tensor.Tensor {
	readers := make([]int, len(n.nodes)) // layers that will read a value
	for _, place := range asked {
		readers[place]++ // the caller, who does so last
	}
	for i, l := range slices.Backward(n.nodes) {
		for _, place := range l.inputs {
			if readers[i] > 0 && place != picture {
				readers[place]++
			}
		}
	}
	values := make([]*tensor.Tensor, len(n.nodes))
	for i, l := range n.nodes {
		if readers[i] == 0 {
			continue
		}
		values[i] = l.Forward(l.read(values, x))
		for _, place := range l.inputs {
			if place == picture {
				continue
			}
			if readers[place]--; readers[place] == 0 {
				drop(values, place, x)
			}
		}
	}
	return values
}

// drop releases a value that nobody will read again, unless it lies on a tape or is
// that of another layer too.
func drop(values []*tensor.Tensor, place int, x *tensor.Tensor) {
	v := values[place]
	values[place] = nil
	if v != x && v.Tape() == nil && !slices.Contains(values, v) {
		v.Release()
	}
}

package keras

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/org/artnn/internal/words"
)

// Config configures [New]. It is saved in a network's file.
type Config struct {
	// Range are the numbers that the network takes for black and for white, such as 0
	// and 255. Pictures in [−1, 1] are mapped to it; zero values map nothing.
	Range [2]float64 `json:"range"`
	// Size is the channels, height and width of pictures; 0 means any height or width.
	Size [3]int `json:"size"`
	// Input is the name that layers have for the picture, Output the layer whose value
	// is the result.
	Input  string  `json:"input"`
	Output string  `json:"output"`
	Layers []Entry `json:"layers"` // each after those that it reads
}

// Entry is a layer of a [Config].
type Entry struct {
	Name   string          `json:"name"`
	Class  string          `json:"class"`
	Inputs []string        `json:"inputs"`
	Config json.RawMessage `json:"config,omitempty"` // what the class needs to know
}

const (
	// maxLayers bounds the layers of a network: a file of a few megabytes may ask for a
	// million, which takes minutes even without their weights. EfficientNetV2L has 1028.
	maxLayers = 1 << 13
	// maxInputs bounds what a layer reads. The last layer of DenseNet's blocks reads two.
	maxInputs = 1 << 10
	// maxSide bounds height, width and channels of the pictures of a configuration.
	maxSide = 1 << 14
)

// check returns an error if sizes or names are impossible.
func (c *Config) check() error {
	if len(c.Layers) == 0 || len(c.Layers) > maxLayers {
		return fmt.Errorf("layers: %d: must be from 1 to %d", len(c.Layers), maxLayers)
	}
	if c.Size[0] < 1 || min(c.Size[1], c.Size[2]) < 0 || max(c.Size[0], c.Size[1], c.Size[2]) > maxSide {
		return fmt.Errorf("size: channels, height and width %v: must be from 1 to %d, or 0 for any height and width", c.Size, maxSide)
	}
	lo, hi := c.Range[0], c.Range[1]
	if c.Range != [2]float64{} && !(lo < hi && hi-lo <= math.MaxFloat32 && math.Abs(lo) <= math.MaxFloat32) {
		return fmt.Errorf("range: %v: black must be less than white", c.Range)
	}
	if c.Input == "" {
		return fmt.Errorf("input: needs a name")
	}
	return nil
}

// connect finds the places of what each layer reads, and of the output.
func (n *Network) connect() error {
	n.places = map[string]int{n.cfg.Input: picture}
	n.nodes = make([]node, len(n.cfg.Layers))
	for i, e := range n.cfg.Layers {
		if len(e.Inputs) == 0 || len(e.Inputs) > maxInputs {
			return fmt.Errorf("layer %q: reads %s: must be from 1 to %d", e.Name, words.Count(len(e.Inputs), "other"), maxInputs)
		}
		for _, name := range e.Inputs {
			at, ok := n.places[name]
			if !ok {
				return fmt.Errorf("layer %q: reads %q, which is no layer before it", e.Name, name)
			}
			n.nodes[i].inputs = append(n.nodes[i].inputs, at)
		}
		if _, ok := n.places[e.Name]; ok || e.Name == "" {
			return fmt.Errorf("layer %q: every layer needs a name of its own", e.Name)
		}
		n.places[e.Name] = i
	}
	at, ok := n.places[n.cfg.Output]
	if !ok || at == picture {
		return fmt.Errorf("output: %q is no layer", n.cfg.Output)
	}
	n.output = at
	return nil
}

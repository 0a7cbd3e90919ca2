package keras

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/org/artnn/internal/words"
)

// model is a network as Keras describes it.
type model struct {
	Class  string          `json:"class_name"`
	Config json.RawMessage `json:"config"`
}

// functional is the configuration of a network whose layers name those that they read.
type functional struct {
	Layers  []kerasLayer    `json:"layers"`
	Inputs  json.RawMessage `json:"input_layers"`
	Outputs json.RawMessage `json:"output_layers"`
}

// kerasLayer is a layer in it.
type kerasLayer struct {
	Class   string          `json:"class_name"`
	Name    string          `json:"name"` // in config too
	Config  json.RawMessage `json:"config"`
	Inbound json.RawMessage `json:"inbound_nodes"`
}

// common is what the configurations of all layers may have.
type common struct {
	Name  string `json:"name"`
	Shape []*int `json:"batch_input_shape"` // Keras 2
	Batch []*int `json:"batch_shape"`       // Keras 3
}

// parsers are for the classes of networks. A network may be a layer of another.
var parsers map[string]func(text json.RawMessage, depth int) (Config, error)

func init() {
	parsers = map[string]func(json.RawMessage, int) (Config, error){
		"Functional": parseFunctional, "Model": parseFunctional, "Sequential": parseSequential,
	}
}

// maxDepth bounds networks in networks, each of which is read again. Those that are
// trained in a browser have three.
const maxDepth = 8

// parse makes a configuration of what Keras says of a network.
func parse(text json.RawMessage) (Config, error) {
	var m model
	if err := json.Unmarshal(text, &m); err != nil {
		return Config{}, err
	}
	if parser, ok := parsers[m.Class]; ok {
		return parser(m.Config, 1)
	}
	return Config{}, fmt.Errorf("class %q: expected a Functional, Model or Sequential network", m.Class)
}

// parseSequential makes a network of layers that read one another in order.
func parseSequential(text json.RawMessage, depth int) (Config, error) {
	var list []kerasLayer
	if json.Unmarshal(text, &list) != nil { // of old, the list was all there was
		var f functional
		if err := json.Unmarshal(text, &f); err != nil {
			return Config{}, err
		}
		list = f.Layers
	}
	c := Config{Input: "input"}
	for i, l := range list {
		of, err := l.common()
		if err != nil {
			return Config{}, err
		}
		if i == 0 && (parsers[l.Class] == nil || of.shape() != nil) { // a network knows its own
			if c.Size, err = of.size(); err != nil && depth == 1 { // one in another may read anything
				return Config{}, fmt.Errorf("layer %q: %w", of.Name, err)
			}
		}
		if l.Class == "InputLayer" {
			c.Input = of.Name
			continue
		}
		reads := c.Input
		if c.Output != "" {
			reads = c.Output
		}
		if c.Output, err = c.add(l, of.Name, []string{reads}, depth); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

// parseFunctional makes a network of layers in any order.
func parseFunctional(text json.RawMessage, depth int) (Config, error) {
	var f functional
	if err := json.Unmarshal(text, &f); err != nil {
		return Config{}, err
	}
	var c Config
	var err error
	if c.Input, err = end("input_layers", f.Inputs); err != nil {
		return Config{}, err
	}
	if c.Output, err = end("output_layers", f.Outputs); err != nil {
		return Config{}, err
	}
	type waiting struct {
		layer kerasLayer
		name  string
		reads []string
	}
	var todo []waiting
	known := map[string]string{} // the layers whose values those of a name are
	for _, l := range f.Layers {
		of, err := l.common()
		if err != nil {
			return Config{}, err
		}
		if l.Class == "InputLayer" {
			if of.Name != c.Input {
				return Config{}, fmt.Errorf("inputs %q and %q: a network must have one", c.Input, of.Name)
			}
			if c.Size, err = of.size(); err != nil && depth == 1 {
				return Config{}, fmt.Errorf("layer %q: %w", of.Name, err)
			}
			known[of.Name] = of.Name
			continue
		}
		reads, err := l.reads()
		if err != nil {
			return Config{}, fmt.Errorf("layer %q: %w", of.Name, err)
		}
		todo = append(todo, waiting{l, of.Name, reads})
	}
	if len(todo) > maxLayers {
		return Config{}, fmt.Errorf("layers: %d: must be at most %d", len(todo), maxLayers)
	}
	for len(todo) > 0 {
		var later []waiting
		for _, w := range todo {
			if slices.ContainsFunc(w.reads, func(name string) bool { return known[name] == "" }) {
				later = append(later, w)
				continue
			}
			for i, name := range w.reads {
				w.reads[i] = known[name]
			}
			if known[w.name], err = c.add(w.layer, w.name, w.reads, depth); err != nil {
				return Config{}, err
			}
		}
		if len(later) == len(todo) {
			return Config{}, fmt.Errorf("layer %q: reads %q, and one of them is no layer, or depends on it", later[0].name, later[0].reads)
		}
		todo = later
	}
	if name := known[c.Output]; name != "" {
		c.Output = name
	}
	return c, nil
}

// common is what is read of every layer.
func (l *kerasLayer) common() (common, error) {
	var c common
	if len(l.Config) > 0 {
		if err := json.Unmarshal(l.Config, &c); err != nil {
			return c, fmt.Errorf("layer %q: %w", l.Name, err)
		}
	}
	if l.Name != "" {
		c.Name = l.Name
	}
	return c, nil
}

// shape is that of the input, if the layer says it.
func (c *common) shape() []*int {
	if c.Shape != nil {
		return c.Shape
	}
	return c.Batch
}

// size is the channels, height and width of [batch, height, width, channels].
func (c *common) size() (size [3]int, err error) {
	shape := c.shape()
	if len(shape) != 4 || shape[3] == nil {
		return size, fmt.Errorf("batch_input_shape: must be [batch, height, width, channels], with a number of channels: only networks for pictures can be read")
	}
	for i, n := range []*int{shape[3], shape[1], shape[2]} {
		if n != nil {
			size[i] = *n
		}
	}
	return size, nil
}

// add appends a layer, with what its class needs to know, and returns its name; of a
// network, it appends all layers, and returns the name of the last.
func (c *Config) add(l kerasLayer, name string, reads []string, depth int) (string, error) {
	if parser, ok := parsers[l.Class]; ok {
		if depth >= maxDepth {
			return "", fmt.Errorf("layer %q: networks in networks: at most %d are read", name, maxDepth)
		}
		inner, err := parser(l.Config, depth+1)
		if err == nil {
			err = c.inline(inner, reads)
		}
		if err != nil {
			return "", fmt.Errorf("layer %q: %w", name, err)
		}
		return inner.Output, nil
	}
	class, err := lookup(l.Class)
	var clean json.RawMessage
	if err == nil {
		clean, err = class.clean(l.Config)
	}
	if err != nil {
		return "", fmt.Errorf("layer %q of class %s: %w", name, l.Class, err)
	}
	c.Layers = append(c.Layers, Entry{Name: name, Class: l.Class, Inputs: reads, Config: clean})
	return name, nil
}

// inline appends the layers of a network that reads one value.
func (c *Config) inline(inner Config, reads []string) error {
	if len(reads) != 1 || inner.Output == "" {
		return fmt.Errorf("a network with %s, read by %s: it must have layers, and read one", words.Count(len(inner.Layers), "layer"), words.Count(len(reads), "value"))
	}
	if c.Size == ([3]int{}) {
		c.Size = inner.Size
	}
	for _, e := range inner.Layers {
		for i, name := range e.Inputs {
			if name == inner.Input {
				e.Inputs[i] = reads[0]
			}
		}
		c.Layers = append(c.Layers, e)
	}
	return nil
}

// end is the one layer that a network begins or ends with: ["name", 0, 0], or a list of
// such.
func end(what string, text json.RawMessage) (string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil || len(list) == 0 {
		return "", fmt.Errorf("%s: expected the name of a layer, got %s", what, text)
	}
	var name string
	if json.Unmarshal(list[0], &name) == nil {
		return name, nil
	}
	if len(list) != 1 {
		return "", fmt.Errorf("%s: a network must have one, got %d", what, len(list))
	}
	return end(what, list[0])
}

// reads are the names of the layers that a layer reads.
func (l *kerasLayer) reads() ([]string, error) {
	var calls []json.RawMessage // each is one use of the layer
	if err := json.Unmarshal(l.Inbound, &calls); err != nil {
		return nil, fmt.Errorf("inbound_nodes: %w", err)
	}
	if len(calls) != 1 {
		return nil, fmt.Errorf("inbound_nodes: the layer is used %s, and must be once", words.Count(len(calls), "time"))
	}
	var three struct { // Keras 3
		Args json.RawMessage `json:"args"`
	}
	if json.Unmarshal(calls[0], &three) == nil && three.Args != nil {
		return tensors(three.Args)
	}
	var two [][]json.RawMessage // Keras 2: lists of name, use, output, options
	if err := json.Unmarshal(calls[0], &two); err != nil {
		return nil, fmt.Errorf("inbound_nodes: %w", err)
	}
	var names []string
	for _, source := range two {
		name, err := sourceName(source)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// sourceName is the layer of a list of name, use and output.
func sourceName(source []json.RawMessage) (name string, err error) {
	var use, output int
	if len(source) < 3 || json.Unmarshal(source[0], &name) != nil || json.Unmarshal(source[1], &use) != nil || json.Unmarshal(source[2], &output) != nil {
		return "", fmt.Errorf("inbound_nodes: %s: expected the name of a layer and two numbers", source)
	}
	if use != 0 || output != 0 {
		return "", fmt.Errorf("inbound_nodes: reads use %d, output %d of %q: layers must have one use and one output", use, output, name)
	}
	return name, nil
}

// tensors are the layers of arguments as Keras 3 writes them: an object for each value,
// in lists of lists.
func tensors(text json.RawMessage) (names []string, err error) {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil {
		for _, part := range list {
			more, err := tensors(part)
			if err != nil {
				return nil, err
			}
			names = append(names, more...)
		}
		return names, nil
	}
	var value struct {
		Class  string `json:"class_name"`
		Config struct {
			History []json.RawMessage `json:"keras_history"`
		} `json:"config"`
	}
	if err := json.Unmarshal(text, &value); err != nil || value.Class != "__keras_tensor__" {
		return nil, fmt.Errorf("inbound_nodes: %s: expected the value of a layer", text)
	}
	name, err := sourceName(value.Config.History)
	return []string{name}, err
}

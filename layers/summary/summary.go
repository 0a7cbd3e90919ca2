// Package summary tells what a network consists of: its layers by name, the shapes
// of what they compute, their parameters, and the multiply-adds that one sample
// costs.
//
//	fmt.Println(summary.OfLayer(net, 1, 784))
//
// It works for any [layers.Module], since all it asks for is State and a forward
// pass. A module that has a method Trace says itself what that is; see [Of]. On a
// module built on package backend/shape it costs nothing, however large.
package summary

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Summary is what a module consists of.
type Summary struct {
	// Layers are in the order of State.
	Layers []Layer
	// Parameters is the number of all numbers but buffers; ones that go by two
	// names, as tied weights do, count once. See [layers.Count].
	Parameters int
	// Buffers is the number of those that are saved but not trained.
	Buffers int
	// MultiplyAdds is the number of multiplications, each with an addition, in all
	// matrix products of the pass: those between layers, as in attention, too. What
	// is done with each number apart, such as activations and norms, is not counted.
	MultiplyAdds int64
	// Traced says whether there was a pass. Without it, outputs and multiply-adds
	// are not known.
	Traced bool
}

// Layer is what has its state under one dotted name: "encoder.0" has
// "encoder.0.weight" and "encoder.0.bias".
type Layer struct {
	Name string // "" is the module itself
	// Output is the shape of the last value computed with the layer's state, nil if
	// the pass computed none. Axes that the layer only folds for its computation are
	// folded in it.
	Output       []int
	Parameters   int   // buffers left out
	MultiplyAdds int64 // of the pass
}

// Tracer is a module that knows what one sample goes through.
type Tracer interface {
	layers.Module
	// Trace computes it once on a tape: all parts that have parameters, with a
	// batch of one. What the sample's numbers are is of no matter.
	Trace(tape *tensor.Tape)
}

// Of is the summary of a module, with a pass if it is a [Tracer].
func Of(m layers.Module) Summary {
	if t, ok := m.(Tracer); ok {
		return Trace(m, t.Trace)
	}
	return state(m).summary
}

// OfLayer is the summary of a layer, with a pass over zeros of a shape, of which
// the first axis is usually a batch of 1.
//
// Panics as the layer does if the shape is not one that it takes.
func OfLayer(l layers.Layer, shape ...int) Summary {
	return Trace(l, func(tape *tensor.Tape) { l.Forward(tape.Zeros(shape...)) })
}

// Trace is the summary of a module with a given pass, such as
//
//	func(tape *tensor.Tape) { net.Decode(net.Encode(tape.Zeros(1, 784))) }
//
// The tape is in evaluation mode and on the module's backend.
//
// Panics as the pass does.
func Trace(m layers.Module, pass func(*tensor.Tape)) Summary {
	s := state(m)
	tape := tensor.NewTape(tensor.On(s.be))
	defer tape.Release()
	pass(tape)
	s.trace(tape)
	return s.summary
}

// String is a table with a line for each layer.
func (s Summary) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name, output string, parameters int, multiplyAdds int64) {
		fmt.Fprintf(w, "%s\t", name)
		if s.Traced {
			fmt.Fprintf(w, "%s\t%s\t%s\n", output, words.Thousands(parameters), words.Thousands(int(multiplyAdds)))
		} else {
			fmt.Fprintf(w, "%s\n", words.Thousands(parameters))
		}
	}
	if s.Traced {
		fmt.Fprint(w, "layer\toutput\tparameters\tmultiply-adds\n")
	} else {
		fmt.Fprint(w, "layer\tparameters\n")
	}
	between := s.MultiplyAdds
	for _, l := range s.Layers {
		output := ""
		if l.Output != nil {
			output = fmt.Sprint(l.Output)
		}
		line(l.Name, output, l.Parameters, l.MultiplyAdds)
		between -= l.MultiplyAdds
	}
	if between > 0 {
		line("between layers", "", 0, between)
	}
	line("total", "", s.Parameters, s.MultiplyAdds)
	w.Flush()
	return b.String()
}

// tracing is a summary in the making.
type tracing struct {
	summary Summary
	be      backend.Backend
	place   map[string]int        // of a layer, by its name
	layerOf map[tensor.Weight]int // that holds a part of the state
}

// state is what is known of a module without a pass.
func state(m layers.Module) *tracing {
	s := &tracing{be: backend.Default(), place: map[string]int{}, layerOf: map[tensor.Weight]int{}}
	for name, e := range m.State() {
		layer := ""
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			layer = name[:i]
		}
		at, ok := s.place[layer]
		if !ok {
			at = len(s.summary.Layers)
			s.place[layer] = at
			s.summary.Layers = append(s.summary.Layers, Layer{Name: layer})
		}
		if _, tied := s.layerOf[e.Value]; tied {
			continue
		}
		s.layerOf[e.Value] = at
		s.be = e.Value.Backend()
		if e.Buffer {
			s.summary.Buffers += e.Value.Size()
		} else {
			s.summary.Layers[at].Parameters += e.Value.Size()
			s.summary.Parameters += e.Value.Size()
		}
	}
	return s
}

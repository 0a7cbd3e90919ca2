package models

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// ForInference leaves out of the file what only training needs. Of a model that
// keeps a moving average of its weights the file holds the average alone, under
// the names of the weights.
//
// A [GAN]'s file has no discriminator: it is about half as large as otherwise, a
// third with a moving average. A GAN loaded from it makes pictures; Step and
// Score panic. The other models need all their weights to generate, so they can
// learn on after loading, as from any file without [WithTraining].
func ForInference() SaveOption { return func(s *saving) { s.inference = true } }

// The metadata of a file that holds a part of a model.
const (
	partKey       = "part"
	generatorPart = "generator" // of a GAN, without the discriminator
)

func (m *MLP) forInference() contents {
	cfg := m.cfg
	cfg.EMA = 0 // there is nothing left to average
	return contents{config: cfg, tensors: layers.Params(m.predict)}
}

func (m *Tabular) forInference() contents {
	cfg := m.cfg
	cfg.Network.EMA = 0
	return contents{config: tabularFile{cfg, m.schema, m.linear}, tensors: m.net.forInference().tensors}
}

func (m *TextGenerator) forInference() contents {
	cfg := m.cfg
	cfg.EMA = 0
	return contents{config: cfg, vocabulary: m.vocab, tensors: layers.Params(m.writing())}
}

func (m *QuantizedTextGenerator) forInference() contents { return m.contents() }

func (m *GAN) forInference() contents {
	cfg := m.cfg
	cfg.EMA = 0
	return contents{
		config: cfg, part: generatorPart,
		tensors: layers.Prefix(generatorName, layers.Params(m.drawing())),
	}
}

// generatorShapes are those of a file that holds the generator alone.
func (c GANConfig) generatorShapes() shapes {
	g, _ := c.sizes()
	return func(yield func(string, []int) bool) { denseShapes(generatorName, 0, g, yield) }
}

// hasPart reports whether the file holds the given part of its model instead of
// all of it.
func (s *source) hasPart(part string) (bool, error) {
	got, ok := s.meta[partKey]
	if ok && got != part {
		return false, fmt.Errorf("holds an unknown part %q of a %s: this version knows %q", got, s.meta[modelKey], part)
	}
	return ok, nil
}

// needDiscriminator panics if there is none.
func (m *GAN) needDiscriminator(op string) {
	if m.Discriminator == nil {
		tensor.Fail(op, "a GAN with its discriminator",
			"a generator alone, saved ForInference: load a file saved without that option")
	}
}

package models

import (
	"iter"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// judge is the discriminator of a convolutional GAN. With classes, a picture is
// judged as one of its class, by the class's own direction among the features:
//
//	D(x) = score(φ(x)),  D(x, y) = score(φ(x)) + φ(x)·embedding(y)
//
// Shape: [n, channels, size, size], classes as rows with a 1 [n, classes] → [n, 1].
//
// Reference: Miyato and Koyama, "cGANs with Projection Discriminator", 2018.
type judge struct {
	Augment *layers.Augment // nil if pictures are not changed
	Body    layers.Layer    // φ
	Score   layers.Layer
	Classes layers.Layer // nil without classes
}

func (j *judge) State() iter.Seq2[string, layers.Entry] {
	parts := []iter.Seq2[string, layers.Entry]{
		layers.Prefix("body", j.Body.State()), layers.Prefix("score", j.Score.State()),
	}
	if j.Augment != nil {
		parts = append(parts, layers.Prefix("augment", j.Augment.State()))
	}
	if j.Classes != nil {
		parts = append(parts, layers.Prefix("classes", j.Classes.State()))
	}
	return layers.Join(parts...)
}

func (j *judge) features(x *tensor.Tensor) *tensor.Tensor {
	if j.Augment != nil {
		x = j.Augment.Forward(x)
	}
	return j.Body.Forward(x)
}

// Forward judges pictures whatever their class.
func (j *judge) Forward(x *tensor.Tensor) *tensor.Tensor { return j.Score.Forward(j.features(x)) }

// ForwardOf judges pictures as ones of their class.
func (j *judge) ForwardOf(x, classes *tensor.Tensor) *tensor.Tensor {
	features := j.features(x)
	own := j.Classes.Forward(classes).Mul(features).SumKeep(1)
	return j.Score.Forward(features).Add(own)
}

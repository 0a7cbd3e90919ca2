package loss

import (
	"fmt"
	"strings"

	"github.com/org/artnn/tensor"
)

// Adversarial is what the two networks of a generative adversarial network
// minimise, from the discriminator's logits D of real and of generated pictures.
// Both losses are means over the batch.
type Adversarial interface {
	// Discriminator is the loss of the discriminator.
	//
	// Shape: real and fake [n, ...] → [].
	Discriminator(real, fake *tensor.Tensor) *tensor.Tensor
	// Generator is the loss of the generator. Where the loss is not Paired, real is
	// not looked at.
	//
	// Shape: real and fake [n, ...] → [].
	Generator(real, fake *tensor.Tensor) *tensor.Tensor
	// Paired tells whether the generator's loss depends on real pictures too.
	Paired() bool
	// Margin is how far the discriminator is on the right side with each real picture:
	// positive where it takes it for real, 0 where it cannot tell. Where the loss does
	// not change if a number is added to all logits, that number means nothing, and
	// each real picture is compared with a generated one.
	//
	// Shape: real and fake [n, ...] → the same.
	Margin(real, fake *tensor.Tensor) *tensor.Tensor
}

var adversarials = []struct {
	name string
	loss Adversarial
}{
	{"non_saturating", NonSaturating{}},
	{"minimax", Minimax{}},
	{"least_squares", LeastSquares{}},
	{"hinge", Hinge{}},
	{"wasserstein", Wasserstein{}},
	{"relativistic", Relativistic{}},
}

// NewAdversarial is a loss by its name: non_saturating, minimax, least_squares,
// hinge, wasserstein or relativistic.
//
// Errors: another name, with those that are known.
func NewAdversarial(name string) (Adversarial, error) {
	names := make([]string, len(adversarials))
	for i, a := range adversarials {
		if a.name == name {
			return a.loss, nil
		}
		names[i] = a.name
	}
	return nil, fmt.Errorf("%q: not one of %s", name, strings.Join(names, ", "))
}

// unpaired is embedded in losses whose generator looks at its own pictures only.
type unpaired struct{}

// Paired is false.
func (unpaired) Paired() bool { return false }

// absolute is embedded in losses that tell real from generated pictures by the sign of
// their logits.
type absolute struct{ unpaired }

// Margin is D(x).
func (absolute) Margin(real, _ *tensor.Tensor) *tensor.Tensor { return real }

// Minimax is the game as first written, in which the generator minimises what the
// discriminator maximises:
//
//	d = −mean ln σ(D(x)) − mean ln(1 − σ(D(G(z))))
//	g = mean ln(1 − σ(D(G(z))))
//
// While the discriminator is sure of the generated pictures, g has almost no
// gradient: [NonSaturating] has one.
//
// Reference: Goodfellow et al., "Generative Adversarial Networks", 2014.
type Minimax struct{ absolute }

func (Minimax) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return bce(real, 1).Add(bce(fake, 0))
}

func (Minimax) Generator(_, fake *tensor.Tensor) *tensor.Tensor { return bce(fake, 0).Neg() }

// NonSaturating is binary cross-entropy, for the generator with the labels
// exchanged instead of the sign:
//
//	d = −mean ln σ(D(x)) − mean ln(1 − σ(D(G(z))))
//	g = −mean ln σ(D(G(z)))
//
// It works on logits, and so neither overflows nor loses its gradient.
//
// Reference: Goodfellow et al. 2014; Salimans et al., "Improved Techniques for
// Training GANs", 2016, for smooth labels.
type NonSaturating struct {
	absolute
	Smooth float64 // the target of real pictures is 1−Smooth, in [0, 1)
}

func (l NonSaturating) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return bce(real, 1-l.Smooth).Add(bce(fake, 0))
}

func (NonSaturating) Generator(_, fake *tensor.Tensor) *tensor.Tensor { return bce(fake, 1) }

func bce(logits *tensor.Tensor, target float64) *tensor.Tensor {
	return BCEWithLogits(logits, logits.Tape().Full(target, logits.Shape()...), BCEWithLogitsConfig{})
}

// LeastSquares wants 1 for real pictures and 0 for generated ones:
//
//	d = ½ mean (D(x) − 1)² + ½ mean D(G(z))²
//	g = ½ mean (D(G(z)) − 1)²
//
// Reference: Mao et al., "Least Squares Generative Adversarial Networks", 2017.
type LeastSquares struct{ unpaired }

func (LeastSquares) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return real.AddScalar(-1).Square().Mean().Add(fake.Square().Mean()).MulScalar(0.5)
}

func (LeastSquares) Generator(_, fake *tensor.Tensor) *tensor.Tensor {
	return fake.AddScalar(-1).Square().Mean().MulScalar(0.5)
}

// Margin is D(x) − ½.
func (LeastSquares) Margin(real, _ *tensor.Tensor) *tensor.Tensor { return real.AddScalar(-0.5) }

// Hinge teaches the discriminator nothing more of what it is sure of:
//
//	d = mean max(0, 1 − D(x)) + mean max(0, 1 + D(G(z)))
//	g = −mean D(G(z))
//
// Reference: Lim and Ye, "Geometric GAN", 2017; Miyato et al., "Spectral
// Normalization for Generative Adversarial Networks", 2018.
type Hinge struct{ absolute }

func (Hinge) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return real.RSubScalar(1).ReLU().Mean().Add(fake.AddScalar(1).ReLU().Mean())
}

func (Hinge) Generator(_, fake *tensor.Tensor) *tensor.Tensor { return fake.Mean().Neg() }

// Wasserstein is the difference of the critic's means. It needs a critic whose
// slope is bounded, as [GradientPenalty] makes it:
//
//	d = mean D(G(z)) − mean D(x)
//	g = −mean D(G(z))
//
// Reference: Arjovsky, Chintala and Bottou, "Wasserstein GAN", 2017.
type Wasserstein struct{ unpaired }

func (Wasserstein) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return fake.Mean().Sub(real.Mean())
}

func (Wasserstein) Generator(_, fake *tensor.Tensor) *tensor.Tensor { return fake.Mean().Neg() }

// Margin is D(x) − D(G(z)).
func (Wasserstein) Margin(real, fake *tensor.Tensor) *tensor.Tensor { return real.Sub(fake) }

// Relativistic compares each generated picture with a real one, so that there is
// no gain in making all pictures alike:
//
//	d = mean softplus(D(G(z)) − D(x))
//	g = mean softplus(D(x) − D(G(z)))
//
// It converges with the R1 and R2 penalties (Huang et al. 2024).
//
// Reference: Jolicoeur-Martineau, "The relativistic discriminator", 2018.
type Relativistic struct{}

// Paired is true.
func (Relativistic) Paired() bool { return true }

func (Relativistic) Discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return fake.Sub(real).Softplus().Mean()
}

func (Relativistic) Generator(real, fake *tensor.Tensor) *tensor.Tensor {
	return real.Sub(fake).Softplus().Mean()
}

// Margin is D(x) − D(G(z)).
func (Relativistic) Margin(real, fake *tensor.Tensor) *tensor.Tensor { return real.Sub(fake) }

package main

import (
	"cmp"
	"fmt"
	"image"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// Config configures [New]. It is saved in a model's file.
type Config struct {
	Width    int     `json:"width"`
	Height   int     `json:"height"`
	Channels int     `json:"channels"`
	Hidden   int     `json:"hidden"` // size of the hidden layers; default 512
	Latent   int     `json:"latent"` // size of the code z; default 32
	Beta     float64 `json:"beta"`   // weight of the KL divergence; default 1
	Noise    float64 `json:"noise"`  // deviation σ of a pixel around its reconstruction; default 0.2
	LR       float64 `json:"lr"`     // default 0.001
	EMA      float64 `json:"ema"`    // decay of averaged weights; 0 is none
	Seed     uint64  `json:"seed"`
}

// VAE is a variational autoencoder of dense layers with batch norm.
//
//	encoder   x → μ, ln σ²        z = μ + σ·ε,  ε ~ N(0, 1)
//	decoder   z → x̂
//	loss      ‖x − x̂‖²/(2·Noise²) + Beta·KL(N(μ, σ²) ‖ N(0, 1)), mean over the batch
//
// Pictures are rows of channels·height·width numbers in [−1, 1].
//
// Reference: Kingma and Welling, "Auto-Encoding Variational Bayes", 2013.
type VAE struct {
	cfg              Config
	encoder, decoder layers.Sequential
	update           *update.Update
}

// With this, models.Load knows what a file of the kind "VAE" is.
func init() {
	models.Register("VAE", func(cfg Config, env models.Env) (*VAE, error) { return New(cfg, env.Backend) })
}

// New makes a model with random weights. Errors: sizes that are out of range.
func New(cfg Config, be backend.Backend) (*VAE, error) {
	cfg.Hidden, cfg.Latent = cmp.Or(cfg.Hidden, 512), cmp.Or(cfg.Latent, 32)
	cfg.Beta, cfg.Noise, cfg.LR = cmp.Or(cfg.Beta, 1), cmp.Or(cfg.Noise, 0.2), cmp.Or(cfg.LR, 1e-3)
	for _, n := range []int{cfg.Width, cfg.Height, cfg.Channels, cfg.Hidden, cfg.Latent} {
		if n < 1 || n > 1<<20 {
			return nil, fmt.Errorf("vae: sizes must be from 1 to %d, got %+v", 1<<20, cfg)
		}
	}
	if cfg.Noise < 0 || cfg.Beta < 0 || cfg.LR < 0 || cfg.EMA < 0 || cfg.EMA >= 1 {
		return nil, fmt.Errorf("vae: beta, noise and lr must not be negative, ema must lie in [0, 1), got %+v", cfg)
	}
	v, rng := &VAE{cfg: cfg}, tensor.NewRNGOn(be, cfg.Seed)
	block := func(in, out int) layers.Sequential {
		return layers.Sequential{layers.NewLinear(in, out, rng), layers.NewBatchNorm1d(out, rng), layers.ReLU{}}
	}
	v.encoder = append(append(block(v.pixels(), cfg.Hidden), block(cfg.Hidden, cfg.Hidden/2+1)...),
		layers.NewLinear(cfg.Hidden/2+1, 2*cfg.Latent, rng))
	v.decoder = append(append(block(cfg.Latent, cfg.Hidden/2+1), block(cfg.Hidden/2+1, cfg.Hidden)...),
		layers.NewLinear(cfg.Hidden, v.pixels(), rng), layers.Tanh{})
	v.update = update.New(update.Config{
		Params: layers.Params(v), Buffers: layers.Buffers(v),
		Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: cfg.LR}) },
		Clip:      100, EMA: cfg.EMA, Seed: cfg.Seed,
	})
	return v, nil
}

// Describe, State and Updates are what makes it a model that is saved, trained
// and resumed as any other.
func (v *VAE) Describe() (kind string, config any) { return "VAE", v.cfg }
func (v *VAE) Updates() []*update.Update           { return []*update.Update{v.update} }
func (v *VAE) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("encoder", v.encoder.State()), layers.Prefix("decoder", v.decoder.State()))
}

// Trace is what one picture goes through, for a summary of the layers.
func (v *VAE) Trace(tape *tensor.Tape) {
	mean, _ := v.encode(tape.Zeros(1, v.pixels()))
	v.decoder.Forward(mean)
}

func (v *VAE) pixels() int { return v.cfg.Width * v.cfg.Height * v.cfg.Channels }

// encode is the mean and the log-variance of the codes of pictures.
func (v *VAE) encode(x *tensor.Tensor) (mean, logVar *tensor.Tensor) {
	h := v.encoder.Forward(x)
	return h.Narrow(1, 0, v.cfg.Latent), h.Narrow(1, v.cfg.Latent, v.cfg.Latent).Clamp(-10, 10)
}

// Step learns from one batch. It returns the reconstruction's loss and the KL
// divergence before the update, both a picture.
func (v *VAE) Step(pixels []float32) (reconstruction, kl float64) {
	size, n := v.pixels(), len(pixels)/v.pixels()
	v.update.Step(n, func(lo, hi int) *tensor.Tensor {
		tape := v.update.Tape()
		x := tape.FromSlice(pixels[lo*size:hi*size], hi-lo, size)
		mean, logVar := v.encode(x)
		z := mean.Add(logVar.MulScalar(0.5).Exp().Mul(tape.Normal(0, 1, hi-lo, v.cfg.Latent)))
		r := v.decoder.Forward(z).Sub(x).Square().Sum(1).Mean().MulScalar(1 / (2 * v.cfg.Noise * v.cfg.Noise))
		// KL = ½·Σ(μ² + σ² − ln σ² − 1)
		k := mean.Square().Add(logVar.Exp()).Sub(logVar).AddScalar(-1).Sum(1).Mean().MulScalar(0.5)
		r, k = update.Share(r, hi-lo, n), update.Share(k, hi-lo, n)
		reconstruction, kl = reconstruction+r.Item(), kl+k.Item()
		return r.Add(k.MulScalar(v.cfg.Beta))
	})
	return reconstruction, kl
}

// Images decodes n random codes. The same seed gives the same pictures.
func (v *VAE) Images(n int, seed uint64) []image.Image {
	return v.decode(func(tape *tensor.Tape) *tensor.Tensor { return tape.Normal(0, 1, n, v.cfg.Latent) }, tensor.Seed(seed))
}

// Reconstructions are pictures encoded to their mean codes and decoded again.
func (v *VAE) Reconstructions(pixels []float32) []image.Image {
	return v.decode(func(tape *tensor.Tape) *tensor.Tensor {
		mean, _ := v.encode(tape.FromSlice(pixels, len(pixels)/v.pixels(), v.pixels()))
		return mean
	})
}

// decode makes pictures of codes, on a tape on which batch norm uses its running statistics.
func (v *VAE) decode(codes func(*tensor.Tape) *tensor.Tensor, options ...tensor.Option) []image.Image {
	tape := tensor.NewTape(append(options, tensor.On(v.update.Tape().Backend()), tensor.NoGrad())...)
	defer tape.Release()
	return data.ToImages(v.decoder.Forward(codes(tape)).Float32s(), v.cfg.Channels, v.cfg.Height, v.cfg.Width)
}

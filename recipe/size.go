package recipe

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/machine"
)

// trainingBytes is the memory that training takes for each parameter: 4 bytes, those
// of a float32, for the weight, for each of Adam's two moments, and for the gradient.
// Most runs take more: averaged weights are 4 more, and the values between layers and
// the data are not counted. Large linear layers whose weights are neither averaged nor
// clipped can do with 12, since their gradients need not be kept.
const trainingBytes = 4 * 4

// size is a field that makes a network large.
type size struct {
	field string
	times float64 // its value in terms of the usual one
}

// largest is the size of a field with one or more values.
func largest(field string, usual int, values ...int) size {
	s := size{field: field}
	for _, v := range values {
		s.times = max(s.times, float64(v)/float64(usual))
	}
	return s
}

// fitting makes a network on the default backend if its training fits in memory.
//
// Errors: those of build and [fits].
func fitting[M layers.Module](o *Options, build func(backend.Backend) (M, error), sizes ...size) (M, error) {
	if err := fits(o, build, sizes...); err != nil {
		var none M
		return none, err
	}
	return build(nil)
}

// fits makes a network without memory, to count its parameters, and returns an
// error if its training would not fit in memory.
//
// Errors: those of build; a [*ConfigError] of the field that is the most times its
// usual value.
func fits[M layers.Module](o *Options, build func(backend.Backend) (M, error), sizes ...size) error {
	m, err := build(shape.New(math.MaxInt))
	switch {
	case errors.Is(err, models.ErrTooLarge):
		return &ConfigError{most(sizes), fmt.Sprintf("must be lower: %v", err)}
	case err != nil:
		return err
	}
	parameters := layers.Count(m)
	return o.holds(float64(parameters)*trainingBytes, sizes, fmt.Sprintf("must be lower: the network has %s, whose training", words.Thousand(parameters, "parameter")))
}

// most is the field that is the most times its usual value.
func most(sizes []size) string {
	return slices.MaxFunc(sizes, func(a, b size) int { return cmp.Compare(a.times, b.times) }).field
}

// holds returns a [*ConfigError] if what takes so many bytes does not fit in memory.
func (o *Options) holds(bytes float64, sizes []size, what string) error {
	there := float64(cmp.Or(o.memory, machine.Memory()))
	if bytes <= there {
		return nil
	}
	return &ConfigError{most(sizes), what + fmt.Sprintf(" takes about %s of memory, and there are %s", gigabytes(bytes), gigabytes(there))}
}

// work is what a step computes at a time: a batch, or a part of one.
type work[M layers.Module] struct {
	rows int
	// few are so many rows that each more takes as much memory as the one before.
	few  int
	what string // "a step on 32 rows"
	// step does a step on a network without memory, of so many rows in each part.
	step func(m M, rows int)
}

// stepFits returns an error if a step, with the values between layers that its backward
// pass needs, would not fit in memory. It does a step without memory, or of more than a
// few rows two small ones, from which the memory of each further row follows.
//
// Errors: those of build; a [*ConfigError] of the field that is the most times its
// usual value.
func stepFits[M layers.Module](o *Options, build func(backend.Backend) (M, error), w work[M], sizes ...size) error {
	numbers := func(rows int) (float64, error) {
		be := shape.New(math.MaxInt)
		m, err := build(be)
		if err == nil {
			w.step(m, rows)
		}
		return float64(be.Peak()), err
	}
	few := min(w.rows, w.few)
	need, err := numbers(few)
	if err == nil && w.rows > few {
		var more float64
		more, err = numbers(2 * few)
		need += (more - need) / float64(few) * float64(w.rows-few)
	}
	if err != nil {
		return err
	}
	return o.holds(4*need, sizes, w.what) // 4 bytes in a float32
}

// gigabytes is a number of bytes in units of 10⁹.
func gigabytes(bytes float64) string {
	if gb := bytes / 1e9; gb < 1000 {
		return fmt.Sprintf("%.1f GB", gb)
	}
	return words.Thousands(int(bytes/1e9)) + " GB"
}

// fittingGAN makes the GAN if its training fits in memory.
func (c *Images) fittingGAN(pictures *data.Images) (*models.GAN, error) {
	sizes := []size{largest("ZDim", 100, c.ZDim)}
	if c.Network == dense {
		sizes = append(sizes, largest("Hidden", 256, c.Hidden...), largest("Size", largestSize*largestSize, c.Size*c.Size))
	} else {
		sizes = append(sizes, largest("Width", 32, c.Width))
	}
	return fitting(&c.Options, func(be backend.Backend) (*models.GAN, error) { return c.network(pictures, be) }, sizes...)
}

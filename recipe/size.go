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
	most := slices.MaxFunc(sizes, func(a, b size) int { return cmp.Compare(a.times, b.times) })
	m, err := build(shape.New(math.MaxInt))
	switch {
	case errors.Is(err, models.ErrTooLarge):
		return &ConfigError{most.field, fmt.Sprintf("must be lower: %v", err)}
	case err != nil:
		return err
	}
	parameters := layers.Count(m)
	need, there := float64(parameters)*trainingBytes, float64(cmp.Or(o.memory, machine.Memory()))
	if need <= there {
		return nil
	}
	return &ConfigError{most.field, fmt.Sprintf("must be lower: the network has %s, whose training takes about %s of memory, and there are %s",
		words.Thousand(parameters, "parameter"), gigabytes(need), gigabytes(there))}
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

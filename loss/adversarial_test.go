package loss_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/gradcheck"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

var adversarialNames = []string{"non_saturating", "minimax", "least_squares", "hinge", "wasserstein", "relativistic"}

// Where the discriminator cannot tell, its losses are those of a coin.
func TestAdversarialAtADraw(t *testing.T) {
	want := map[string][2]float64{
		"non_saturating": {2 * math.Ln2, math.Ln2},
		"minimax":        {2 * math.Ln2, -math.Ln2},
		"least_squares":  {0.5, 0.5},
		"hinge":          {2, 0},
		"wasserstein":    {0, 0},
		"relativistic":   {math.Ln2, math.Ln2},
	}
	tape := tensor.NewTape()
	defer tape.Release()
	draw := tape.Full(0, 3, 1)
	for _, name := range adversarialNames {
		l, err := loss.NewAdversarial(name)
		require.NoError(t, err)
		assert.InDelta(t, want[name][0], l.Discriminator(draw, draw).Item(), 1e-6, name)
		assert.InDelta(t, want[name][1], l.Generator(draw, draw).Item(), 1e-6, name)
		assert.Equal(t, name == "relativistic", l.Paired())
	}
	_, err := loss.NewAdversarial("wgan")
	assert.EqualError(t, err, `"wgan": not one of non_saturating, minimax, least_squares, hinge, wasserstein, relativistic`)
	smooth := loss.NonSaturating{Smooth: 0.1}
	assert.InDelta(t, 2*math.Ln2, smooth.Discriminator(draw, draw).Item(), 1e-6)
}

// A margin is positive on the right side, and does not depend on a number that does not
// change the loss.
func TestMargins(t *testing.T) {
	tape := tensor.NewTape()
	defer tape.Release()
	real, fake := tape.FromSlice([]float32{2, -1, 0.25}, 3, 1), tape.FromSlice([]float32{1, 1, -0.5}, 3, 1)
	for name, want := range map[string][]float64{
		"non_saturating": {2, -1, 0.25},
		"minimax":        {2, -1, 0.25},
		"least_squares":  {1.5, -1.5, -0.25},
		"hinge":          {2, -1, 0.25},
		"wasserstein":    {1, -2, 0.75},
		"relativistic":   {1, -2, 0.75},
	} {
		l, err := loss.NewAdversarial(name)
		require.NoError(t, err)
		assert.Equal(t, want, l.Margin(real, fake).Float64s(), name)
		moved, movedFake := real.AddScalar(4), fake.AddScalar(4)
		same := math.Abs(l.Discriminator(real, fake).Item()-l.Discriminator(moved, movedFake).Item()) < 1e-6
		assert.Equal(t, same, slices.Equal(want, l.Margin(moved, movedFake).Float64s()), name)
	}
}

// A linear score has the same slope everywhere.
func TestPenaltiesOfALinearScore(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	tape := tensor.NewTape(tensor.On(be))
	defer tape.Release()
	w := tape.FromSlice([]float32{3, 4, 0, 0}, 1, 2, 2)
	real, fake := tape.Full(1, 3, 2, 2), tape.Full(-1, 3, 2, 2)
	score := func(x *tensor.Tensor) *tensor.Tensor { return x.Mul(w) }
	assert.Equal(t, []float64{25, 25, 25}, loss.GradientNorm2(score(real), real).Float64s())
	x := loss.Between(real, fake)
	assert.InDelta(t, 16, loss.GradientPenalty(score(x), x).Item(), 1e-9)

	// One point for each pair: rows are constant and differ.
	rows := x.Float64s()
	for n := range 3 {
		for _, v := range rows[n*4 : n*4+4] {
			assert.Equal(t, rows[n*4], v)
			assert.Less(t, math.Abs(v), 1.0)
		}
	}
	assert.NotEqual(t, rows[0], rows[4])
	assert.Panics(t, func() { loss.Between(real, tape.Full(0, 2, 2, 2)) })
	flat := tape.Full(0, 2, 3)
	assert.InDelta(t, 1, loss.GradientPenalty(flat.MulScalar(0), flat).Item(), 1e-5, "no slope: the norm is 0, and its gradient finite")
}

func TestAdversarialDerivatives(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	real := tensor.FromSliceOn(be, []float64{0.3, -0.2, 1.4}, 3, 1)
	fake := tensor.FromSliceOn(be, []float64{-0.7, 0.4, -1.8}, 3, 1)
	for _, name := range adversarialNames {
		t.Run(name, func(t *testing.T) {
			l, err := loss.NewAdversarial(name)
			require.NoError(t, err)
			gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor { return l.Discriminator(x[0], x[1]) }, real, fake)
			gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor { return l.Generator(x[0], x[1]) }, real, fake)
		})
	}
	// A score that bends: the penalties' own derivatives are second ones of it.
	bent := func(x *tensor.Tensor) *tensor.Tensor { return x.Sin().Mul(x).Sum(1) }
	x := tensor.FromSliceOn(be, []float64{0.3, -0.2, 1.4, 0.8, -1.1, 0.5}, 3, 2)
	gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor {
		return loss.GradientNorm2(bent(x[0]), x[0]).Mean()
	}, x)
	gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor { return loss.GradientPenalty(bent(x[0]), x[0]) }, x)
}

package tensor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// Parts of a batch draw what the whole batch draws, bit for bit.
func TestRows(t *testing.T) {
	draws := map[string]func(tape *Tape, shape ...int) *Tensor{
		"uniform":   func(tape *Tape, shape ...int) *Tensor { return tape.Uniform(-1, 3, shape...) },
		"normal":    func(tape *Tape, shape ...int) *Tensor { return tape.Normal(1, 2, shape...) },
		"bernoulli": func(tape *Tape, shape ...int) *Tensor { return tape.Bernoulli(0.3, shape...) },
	}
	shapes := [][]int{{1}, {3}, {4}, {2, 5}, {7, 1, 3}, {64}, {1000}} // of one row
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		whole, part := NewTape(On(be), Seed(9)), NewTape(On(be), Seed(9))
		for dist, draw := range draws {
			for _, n := range []int{1, 2, 5, 12, 33} {
				for _, row := range shapes {
					for _, merged := range []bool{false, true} {
						of := func(rows int) []int {
							if merged { // [rows·k, …]
								return append([]int{rows * row[0]}, row[1:]...)
							}
							return append([]int{1, rows}, row...)
						}
						start := whole.RNG().State()
						want := draw(whole, of(n)...).Float64s()
						after := draw(whole, of(n)...).Float64s()
						size := len(want) / n
						for lo := 0; lo < n; {
							hi := min(n, lo+1+(lo+n)%4)
							what := fmt.Sprintf("%s %s %v rows [%d, %d) of %d", name, dist, row, lo, hi, n)
							part.RNG().SetState(start)
							part.Rows(lo, hi, n)
							x := draw(part, of(hi-lo)...)
							require.Equal(t, of(hi-lo), x.Shape(), what)
							require.Equal(t, want[lo*size:hi*size], x.Float64s(), what)
							require.Equal(t, after[lo*size:hi*size], draw(part, of(hi-lo)...).Float64s(), what)
							require.Equal(t, whole.RNG().State(), part.RNG().State(), what)
							lo = hi
						}
						whole.Release()
						part.Release()
					}
				}
			}
		}
	}
}

func TestRowsMisuse(t *testing.T) {
	tape := NewTape()
	defer tape.Release()
	tape.Rows(2, 5, 8)
	for want, use := range map[string]func(){
		"draw: the tape holds 3 of 8 rows, which the first axis must be a multiple of (draw what is not of rows from Tape.RNG), got shape [4 3]": func() { tape.Normal(0, 1, 4, 3) },
		"draw: the tape holds 3 of 8 rows, which the first axis must be a multiple of (draw what is not of rows from Tape.RNG), got shape []":    func() { tape.Uniform(0, 1) },
		"rows: the part must be at least one row of the batch, got rows [3, 3) of 8":                                                             func() { tape.Rows(3, 3, 8) },
		"rows: the part must be at least one row of the batch, got rows [-1, 2) of 8":                                                            func() { tape.Rows(-1, 2, 8) },
		"rows: the part must be at least one row of the batch, got rows [3, 9) of 8":                                                             func() { tape.Rows(3, 9, 8) },
	} {
		if got := Try(use); got == nil || got.Error() != want {
			t.Errorf("want %q\n got %v", want, got)
		}
	}
	assert.Equal(t, []int{0, 2}, tape.Normal(0, 1, 0, 2).Shape())
	tape.Rows(0, 8, 8)
	assert.NotPanics(t, func() { tape.Uniform(0, 1) })
	assert.Panics(t, func() { tape.Bernoulli(2, 3) }, "parameters are still checked")
}

package generate

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// frequencies draws many tokens from the same logits.
func frequencies(t *testing.T, logits []float32, special []int32, options ...Option) []float64 {
	t.Helper()
	const n = 20000
	s, err := NewSampler(special, append(options, Seed(7))...)
	require.NoError(t, err)
	counts := make([]float64, len(logits))
	for range n {
		id, err := s.Pick(slices.Clone(logits))
		require.NoError(t, err)
		counts[id] += 1.0 / n
	}
	return counts
}

func logits(probabilities ...float64) []float32 {
	out := make([]float32, len(probabilities))
	for i, p := range probabilities {
		out[i] = float32(math.Log(p) + 3)
	}
	return out
}

func TestSamplerFollowsTheDistribution(t *testing.T) {
	p := logits(0.1, 0.4, 0.05, 0.3, 0.15)
	for name, c := range map[string]struct {
		options []Option
		special []int32
		want    []float64
	}{
		"all":            {want: []float64{0.1, 0.4, 0.05, 0.3, 0.15}},
		"top-p 1":        {options: []Option{TopP(1)}, want: []float64{0.1, 0.4, 0.05, 0.3, 0.15}},
		"top-k 2":        {options: []Option{TopK(2)}, want: []float64{0, 4. / 7, 0, 3. / 7, 0}},
		"top-k 9":        {options: []Option{TopK(9)}, want: []float64{0.1, 0.4, 0.05, 0.3, 0.15}},
		"top-p 0.69":     {options: []Option{TopP(0.69)}, want: []float64{0, 4. / 7, 0, 3. / 7, 0}},
		"top-p 0.71":     {options: []Option{TopP(0.71)}, want: []float64{0, 8. / 17, 0, 6. / 17, 3. / 17}},
		"top-p tiny":     {options: []Option{TopP(1e-9)}, want: []float64{0, 1, 0, 0, 0}},
		"k then p":       {options: []Option{TopK(3), TopP(0.8)}, want: []float64{0, 4. / 7, 0, 3. / 7, 0}},
		"greedy":         {options: []Option{Temperature(0)}, want: []float64{0, 1, 0, 0, 0}},
		"cold":           {options: []Option{Temperature(1e-300)}, want: []float64{0, 1, 0, 0, 0}},
		"hot":            {options: []Option{Temperature(1e300)}, want: []float64{0.2, 0.2, 0.2, 0.2, 0.2}},
		"half":           {options: []Option{Temperature(0.5)}, want: []float64{0.01 / 0.285, 0.16 / 0.285, 0.0025 / 0.285, 0.09 / 0.285, 0.0225 / 0.285}},
		"special":        {special: []int32{1, 2}, want: []float64{0.1 / 0.55, 0, 0, 0.3 / 0.55, 0.15 / 0.55}},
		"special greedy": {options: []Option{Temperature(0)}, special: []int32{1}, want: []float64{0, 0, 0, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.InDeltaSlice(t, c.want, frequencies(t, p, c.special, c.options...), 0.015)
		})
	}
}

// With many tokens narrow skips most of them.
func TestNarrowEqualsSorting(t *testing.T) {
	s, err := NewSampler(nil)
	require.NoError(t, err)
	x := uint32(1)
	for range 300 {
		x = x*1664525 + 1013904223
		s.weights = append(s.weights, float32(x>>20)/4096) // some are equal
	}
	sum := 0.0
	for _, w := range s.weights {
		sum += float64(w)
	}
	for _, k := range []int{0, 1, 7, 150, 299, 300, 1000} {
		for _, p := range []float64{0, 0.3, 0.95, 1} {
			if k == 0 && (p == 0 || p == 1) {
				continue
			}
			s.topK, s.topP = k, p
			got := s.narrow(sum)
			want, total := sorted(s.weights, k, p)
			slices.SortFunc(s.best, func(a, b candidate) int {
				if a.before(b) {
					return -1
				}
				return 1
			})
			assert.True(t, slices.Equal(want, s.best), "k %d, p %g: %d tokens, want %d", k, p, len(s.best), len(want))
			assert.InDelta(t, total, got, 1e-9)
		}
	}
}

func sorted(weights []float32, k int, p float64) ([]candidate, float64) {
	var all []candidate
	for i, w := range weights {
		if w > 0 {
			all = append(all, candidate{int32(i), w})
		}
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		if a.weight > b.weight {
			return -1
		} else if a.weight < b.weight {
			return 1
		}
		return 0
	})
	if k > 0 && k < len(all) {
		last := all[k-1].weight
		for k < len(all) && all[k].weight == last {
			k++
		}
		all = all[:k]
	}
	total := 0.0
	for _, c := range all {
		total += float64(c.weight)
	}
	if p == 0 || p == 1 {
		return all, total
	}
	kept := 0.0
	for i, c := range all {
		if kept += float64(c.weight); kept >= p*total {
			return all[:i+1], kept
		}
	}
	return all, kept
}

func TestSamplerRefusesWhatMakesNoSense(t *testing.T) {
	for want, o := range map[string]Option{
		"temperature: -1":   Temperature(-1),
		"temperature: NaN":  Temperature(math.NaN()),
		"temperature: +Inf": Temperature(math.Inf(1)),
		"top-k: -1":         TopK(-1),
		"top-p: -0.1":       TopP(-0.1),
		"top-p: 1.1":        TopP(1.1),
		"top-p: NaN":        TopP(math.NaN()),
	} {
		_, err := NewSampler(nil, o)
		assert.ErrorContains(t, err, want)
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		s, err := NewSampler(nil)
		require.NoError(t, err)
		_, err = s.Pick([]float32{0, float32(bad), 1})
		assert.ErrorIs(t, err, ErrDiverged)
	}
	s, err := NewSampler([]int32{1, 0})
	require.NoError(t, err)
	_, err = s.Pick([]float32{3, 4})
	assert.ErrorIs(t, err, errAllSpecial)
}

// BenchmarkSample picks one of 10 000 tokens.
func BenchmarkSample(b *testing.B) {
	logits, scratch := make([]float32, 10000), make([]float32, 10000)
	for i := range logits {
		logits[i] = float32(3 * math.Sin(float64(i*i)))
	}
	for how, options := range map[string][]Option{
		"greedy": {Temperature(0)}, "sampled": {Temperature(0.8)}, "topk=40": {Temperature(0.8), TopK(40)}, "topp=0.9": {TopP(0.9)},
	} {
		b.Run(how, func(b *testing.B) {
			s, err := NewSampler([]int32{0}, options...)
			require.NoError(b, err)
			for b.Loop() {
				copy(scratch, logits)
				_, err := s.Pick(scratch)
				require.NoError(b, err)
			}
		})
	}
}

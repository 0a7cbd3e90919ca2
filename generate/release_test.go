package generate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// stopping is a table model that cancels a context at a reading.
type stopping struct {
	table
	left   *int
	cancel context.CancelFunc
}

func (m stopping) NewReader() Reader { return stoppingReader{m, m.table.NewReader()} }

type stoppingReader struct {
	m stopping
	r Reader
}

func (s stoppingReader) Read(tokens []int32, logits []float32) {
	if *s.m.left--; *s.m.left == 0 {
		s.m.cancel()
	}
	s.r.Read(tokens, logits)
}

func (s stoppingReader) Release()     { s.r.Release() }
func (s stoppingReader) Fork() Reader { return stoppingReader{s.m, s.r.(Forker).Fork()} }

// Wherever writing is cancelled, all readers are released, no text is lost that was
// written, and the reason is given.
func TestNothingIsLeftBehind(t *testing.T) {
	const n = 4
	prompts := []string{strings.Repeat("12", 200) + "3", "12", strings.Repeat("12", 200) + "4", "55", "12"}
	for name, write := range map[string]func(ctx context.Context, m Model) error{
		"tokens": func(ctx context.Context, m Model) (err error) {
			for _, err = range Tokens(ctx, m, prompts[0], n) {
			}
			return err
		},
		"samples": func(ctx context.Context, m Model) error {
			results, err := Samples(ctx, m, prompts[1], 70, n)
			assert.Len(t, results, 70)
			return err
		},
		"batch": func(ctx context.Context, m Model) error {
			results, err := Batch(ctx, m, prompts, n)
			for i, r := range results {
				alone, _ := Text(m, prompts[i], n)
				assert.True(t, strings.HasPrefix(alone, r.Text))
			}
			return err
		},
		"long batch": func(ctx context.Context, m Model) error {
			var many []string
			for i := range 70 {
				many = append(many, prompts[0]+fmt.Sprint(i))
			}
			_, err := Batch(ctx, m, many, n)
			return err
		},
		"beams": func(ctx context.Context, m Model) error {
			_, err := Beams(ctx, m, prompts[0], n, BeamConfig{Width: 3}, EndTokens(9))
			return err
		},
	} {
		finished := false
		for at := 1; at < 1000 && !finished; at++ {
			ctx, cancel := context.WithCancel(context.Background())
			open, left := 0, at
			m := stopping{table{make([]float32, 1000), true, &open}, &left, cancel}
			err := write(ctx, m)
			if finished = left > 0; finished {
				assert.NoError(t, err, name)
			} else if err != nil {
				assert.True(t, errors.Is(err, context.Canceled), "%s: %v", name, err)
			}
			assert.Zero(t, open, "%s, cancelled at %d", name, at)
			cancel()
		}
		assert.True(t, finished, name)
	}
}

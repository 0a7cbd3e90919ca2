package train_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// What a step costs that is logged: two metrics, a row each step or each tenth.
func BenchmarkLog(b *testing.B) {
	for _, every := range []int{1, 10} {
		for kind, newLog := range logs {
			b.Run(kind+"/every="+map[int]string{1: "1", 10: "10"}[every], func(b *testing.B) {
				log := newLog(filepath.Join(b.TempDir(), "log"), train.LogOptions{Every: every})
				require.NoError(b, log.Begin(train.Event{}))
				e := train.Event{Metrics: train.Metrics{{Name: "discriminator", Value: 0.30000001192092896}, {Name: "generator", Value: 1.7}}}
				b.ReportAllocs()
				for b.Loop() {
					e.Step++
					e.Elapsed += 800 * time.Microsecond
					if err := log.Step(e); err != nil {
						b.Fatal(err)
					}
				}
				require.NoError(b, log.End(train.Report{Event: e}, nil))
			})
		}
	}
}

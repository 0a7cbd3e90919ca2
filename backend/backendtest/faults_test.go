//go:build !race

package backendtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/org/artnn/backend"
)

// recorder takes the place of *testing.T.
type recorder struct{ failures []string }

type stop struct{}

func (*recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}
func (*recorder) FailNow() { panic(stop{}) }

// broken is a backend with one fault, and the check that must find it.
type broken struct {
	fault string
	check string // prefix of the names of checks
	be    backend.Backend
}

// caught runs the checks until one fails.
func (b broken) caught() bool {
	for _, c := range checks() {
		if strings.HasPrefix(c.name, b.check) {
			var r recorder
			if c.against(&r, b.be); len(r.failures) > 0 {
				return true
			}
		}
	}
	return false
}

func TestFaultsAreCaught(t *testing.T) {
	for _, group := range [][]broken{
		memoryFaults(), moveFaults(), unaryFaults(), binaryFaults(), reduceFaults(), indexFaults(), gemmFaults(), convFaults(),
		randomFaults(), optionalFaults(), attentionFaults(), decodeFaults(), int8Faults(), productFaults(), wholeFaults(),
	} {
		for _, b := range group {
			t.Run(b.check+"/"+strings.ReplaceAll(b.fault, " ", "_"), func(t *testing.T) {
				if !b.caught() {
					t.Errorf("%s: passed every check of %s", b.fault, b.check)
				}
			})
		}
	}
}

// Checks that the recorder drives must pass when nothing is wrong, or the
// faults prove nothing.
func TestRecorderIsSilentOnASoundBackend(t *testing.T) {
	for _, check := range []string{"unary/exp", "binary/sub", "take", "gemm/batch", "conv/epilogue", "optional/sgd", "memory"} {
		if (broken{check: check, be: new(single)}).caught() {
			t.Errorf("%s fails on a sound backend", check)
		}
	}
}

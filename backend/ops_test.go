package backend_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
)

// named checks that n operations have distinct names in snake case.
func named[T ~uint8](t *testing.T, n T) {
	t.Helper()
	seen := map[string]bool{}
	for op := range n {
		name := any(op).(interface{ String() string }).String()
		assert.Regexp(t, regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`), name, "operation %d", op)
		assert.NotEqual(t, "unknown", name, "operation %d", op)
		assert.False(t, seen[name], "%s names two operations", name)
		seen[name] = true
	}
	assert.Equal(t, "unknown", any(n).(interface{ String() string }).String())
	assert.Equal(t, "unknown", any(T(255)).(interface{ String() string }).String())
}

func TestNamesAreComplete(t *testing.T) {
	named(t, backend.NumUnary)
	named(t, backend.NumBinary)
	named(t, backend.NumReduce)
	named(t, backend.NumActivations)
}

// A name that slips by one place misnames everything after it.
func TestNamesMatch(t *testing.T) {
	for want, op := range map[string]interface{ String() string }{
		"neg": backend.Neg, "exp": backend.Exp, "erf": backend.Erf, "silu": backend.SiLU, "clamp": backend.Clamp,
		"add": backend.Add, "maximum": backend.Maximum, "greater_equal": backend.GreaterEqual, "silu_grad": backend.SiLUGrad,
		"sum": backend.ReduceSum, "min": backend.ReduceMin, "none": backend.ActNone, "sigmoid": backend.ActSigmoid,
		"float32": backend.Float32, "float64": backend.Float64,
	} {
		assert.Equal(t, want, op.String())
	}
}

func TestActivationsAreMaps(t *testing.T) {
	_, ok := backend.ActNone.Unary()
	assert.False(t, ok)
	for a := backend.ActNone + 1; a < backend.NumActivations; a++ {
		op, ok := a.Unary()
		assert.True(t, ok, a.String())
		assert.Equal(t, a.String(), op.String())
	}
}

func TestEpsilon(t *testing.T) {
	one32, one64 := float32(1), 1.0
	assert.NotEqual(t, one32, one32+float32(backend.Float32.Epsilon()))
	assert.Equal(t, one32, one32+float32(backend.Float32.Epsilon()/2))
	assert.NotEqual(t, one64, one64+backend.Float64.Epsilon())
	assert.Equal(t, one64, one64+backend.Float64.Epsilon()/2)
}

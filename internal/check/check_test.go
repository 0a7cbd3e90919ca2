package check_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/internal/check"
)

func TestChecks(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for want, err := range map[string]error{
		"a: 0: must be from 1 to 268435456":         check.Sizes("a", 1, 0, -1),
		"b: 268435457: must be from 1 to 268435456": check.Sizes("b", check.MaxSize+1),
		"c: -1: must be from 1 to 268435456":        check.Count("c", -1),
		"d: 268435457: must be from 1 to 268435456": check.Count("d", check.MaxSize+1),
		"e: 1: must be at least 0 and below 1":      check.Rate("e", 1, 1),
		"f: -0.1: must be at least 0 and below 1":   check.Rate("f", -0.1, 1),
		"g: NaN: must be at least 0 and below 1":    check.Rate("g", nan, 1),
		"h: -1: must be finite and not negative":    check.Scale("h", -1),
		"i: NaN: must be finite and not negative":   check.Scale("i", nan),
		"j: +Inf: must be finite and not negative":  check.Scale("j", inf),
		"second": check.First(nil, errors.New("second"), errors.New("third")),
	} {
		assert.EqualError(t, err, want)
	}
	for _, err := range []error{
		check.Sizes("a"), check.Sizes("a", 1, check.MaxSize), check.Count("a", 0), check.Count("a", check.MaxSize),
		check.Rate("a", 0, 1), check.Rate("a", math.Nextafter(1, 0), 1), check.Scale("a", 0), check.Scale("a", math.MaxFloat64),
		check.First(), check.First(nil, nil),
	} {
		assert.NoError(t, err)
	}
}

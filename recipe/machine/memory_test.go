package machine

import (
	"errors"
	"math"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/stretchr/testify/assert"
)

func TestMemoryIsTheLowestLimit(t *testing.T) {
	none := func() (uint64, error) { return 0, errors.New("no limit") }
	assert.EqualValues(t, 5, least(memlimit.Limit(5), none))
	assert.EqualValues(t, 3, least(memlimit.Limit(5), memlimit.Limit(3)))
	assert.EqualValues(t, 5, least(memlimit.Limit(5), memlimit.Limit(math.MaxUint64)), "a group without a limit")
	assert.EqualValues(t, 5, least(memlimit.Limit(0), memlimit.Limit(5)), "a system that does not tell")
	assert.Equal(t, int64(unknownMemory), least(none, none))
	assert.Positive(t, least(memlimit.Limit(math.MaxUint64)))
	assert.Greater(t, Memory(), int64(1<<26))
}

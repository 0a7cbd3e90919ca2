package words

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCount(t *testing.T) {
	assert.Equal(t, "0 rows", Count(0, "row"))
	assert.Equal(t, "1 row", Count(1, "row"))
	assert.Equal(t, "2 rows", Count(2, "row"))
}

func TestFew(t *testing.T) {
	assert.Equal(t, "", Few(nil))
	assert.Equal(t, "oil, print on paper", Few([]string{"oil", "print\non\tpaper"}))
	assert.Equal(t, "oil, …", Few([]string{"oil", strings.Repeat("x", 100), "print"}))
	assert.Equal(t, "…", Few([]string{strings.Repeat("x", 100)}))
}

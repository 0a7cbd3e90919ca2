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
	assert.Equal(t, "-1 rows", Count(int64(-1), "row"))
	for _, plural := range []string{"trailing bytes", "indices", "classes", "branches", "entries", "days"} {
		singular := map[string]string{"indices": "index", "classes": "class", "branches": "branch", "entries": "entry"}[plural]
		if singular == "" {
			singular = strings.TrimSuffix(plural, "s")
		}
		assert.Equal(t, "1 "+singular, Count(1, singular))
		assert.Equal(t, "2 "+plural, Count(2, singular))
	}
	assert.Equal(t, "1 number", Thousand(1, "number"))
	assert.Equal(t, "1,001 numbers", Thousand(1001, "number"))
	assert.Equal(t, "1 row is", Are(1, "row"))
	assert.Equal(t, "2 rows are", Are(2, "row"))
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -123456: "-123,456", 1234567: "1,234,567"} {
		assert.Equal(t, want, Thousands(n))
	}
}

func TestRate(t *testing.T) {
	for x, want := range map[float64]string{0.25: "0.2", 9.94: "9.9", 10: "10", 9999.4: "9999", 10_000: "10k", 123_456: "123k"} {
		assert.Equal(t, want, Rate(x))
	}
}

func TestShortened(t *testing.T) {
	assert.Equal(t, "春風", Shortened("春風", 2))
	assert.Equal(t, "春風 …", Shortened("春風又", 2))
}

func TestFew(t *testing.T) {
	assert.Equal(t, "", Few(nil))
	assert.Equal(t, "oil, print on paper", Few([]string{"oil", "print\non\tpaper"}))
	assert.Equal(t, "oil, …", Few([]string{"oil", strings.Repeat("x", 100), "print"}))
	assert.Equal(t, "…", Few([]string{strings.Repeat("x", 100)}))
}

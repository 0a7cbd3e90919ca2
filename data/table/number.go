package table

import (
	"math"
	"strconv"
)

// parseNumber reads a finite decimal number. What strconv accepts besides
// (hexadecimal, underscores, words for infinity) is not what tables mean.
func parseNumber(text string) (x float64, ok bool) {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9', c == '+', c == '-', c == '.', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsInf(x, 0)
}

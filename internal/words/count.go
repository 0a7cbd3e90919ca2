package words

import (
	"fmt"
	"strings"
)

// Count is "1 row" or "3 rows".
func Count[N ~int | ~int64](n N, thing string) string { return counted(fmt.Sprint(n), thing) }

// Thousand is Count of many: "12,345 rows".
func Thousand(n int, thing string) string { return counted(Thousands(n), thing) }

// Are is "1 row is" or "3 rows are".
func Are(n int, thing string) string {
	if n == 1 {
		return Count(n, thing) + " is"
	}
	return Count(n, thing) + " are"
}

func counted(n, thing string) string {
	if n == "1" {
		return "1 " + thing
	}
	return n + " " + plural(thing)
}

// plural is the plural of a noun of those that messages have.
func plural(thing string) string {
	switch stem, found := strings.CutSuffix(thing, "index"); {
	case found:
		return stem + "indices"
	case strings.HasSuffix(thing, "s"), strings.HasSuffix(thing, "ch"):
		return thing + "es"
	}
	if stem, found := strings.CutSuffix(thing, "ry"); found {
		return stem + "ries"
	}
	return thing + "s"
}

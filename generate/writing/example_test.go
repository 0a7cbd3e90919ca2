package writing_test

import (
	"fmt"

	"github.com/org/artnn/generate/writing"
)

func ExampleLongestCopy() {
	learned := "Call me Ishmael. Some years ago—never mind how long precisely"
	c := writing.LongestCopy("He was never mindful of it", learned)
	fmt.Printf("%d characters: %q\n", c.Characters, c.Text)
	// Output:
	// 10 characters: "never mind"
}

func ExampleDistinct() {
	text := writing.Words("A whale is a whale, and the sea is the sea.")
	fmt.Printf("%.2f of words, %.2f of pairs\n", writing.Distinct([][]string{text}, 1), writing.Distinct([][]string{text}, 2))
	// Output:
	// 0.64 of words, 0.90 of pairs
}

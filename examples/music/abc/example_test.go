package abc_test

import (
	"fmt"
	"log"

	"github.com/org/artnn/examples/music/abc"
)

func ExampleParse() {
	tunes, err := abc.Parse(`X:1
T:A scale
M:4/4
L:1/4
K:D
DEFG|ABcd:|
`)
	if err != nil {
		log.Fatal(err)
	}
	tune := tunes[0]
	fmt.Println(tune.Title, tune.Meter, len(tune.Bars), "bars")
	for _, n := range tune.Play()[:4] {
		fmt.Println(n.Pitches[0].MIDI(), n.Length*4/abc.Whole)
	}
	fmt.Print(tune)
	// Output:
	// A scale 4/4 2 bars
	// 62 1
	// 64 1
	// 66 1
	// 67 1
	// X:1
	// T:A scale
	// M:4/4
	// K:D
	// D2E2 F2G2|A2B2 c2d2:|]
}

package generate_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/models/pretrained"
)

func ExampleText() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	text, err := generate.Text(writer, "春風", 100, generate.Temperature(0.8), generate.MinP(0.05), generate.Stop("。"), generate.Seed(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len([]rune(text)), strings.Contains(text, "。"))
	// Output:
	// 13 false
}

func ExampleTokens() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	n := 0
	for token, err := range generate.Tokens(ctx, writer, "春風", 1000, generate.LogProbs(5)) {
		if err != nil {
			fmt.Println(err)
			break
		}
		if token.LogProb > token.Top[0].LogProb {
			fmt.Println("nothing is likelier than the likeliest")
		}
		if n++; n == 10 {
			cancel(fmt.Errorf("ten tokens are enough"))
		}
	}
	fmt.Println(n)
	// Output:
	// generate: stopped: ten tokens are enough
	// 10
}

func ExampleSamples() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	results, err := generate.Samples(context.Background(), writer, "\n", 100, 40, generate.Stop("\n\n"), generate.TopP(0.9), generate.Temperature(0.8))
	if err != nil {
		log.Fatal(err)
	}
	poems := 0
	for _, r := range results {
		if r.End == generate.Stopped && len([]rune(r.Text)) == 33 {
			poems++
		}
	}
	fmt.Println("most are poems:", poems > 90)
	// Output:
	// most are poems: true
}

func ExampleBeams() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	greedy, err := generate.Beams(context.Background(), writer, "\n", 33, generate.BeamConfig{Width: 1})
	if err != nil {
		log.Fatal(err)
	}
	beams, err := generate.Beams(context.Background(), writer, "\n", 33, generate.BeamConfig{Width: 8})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(beams), "beams, likelier than always the likeliest token:", beams[0].Score > greedy[0].Score)
	// Output:
	// 8 beams, likelier than always the likeliest token: true
}

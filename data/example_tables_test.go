package data_test

import (
	"context"
	"fmt"
	"log"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
)

// Some rows of a table are kept for a test, the others become batches.
func ExampleSplitTable() {
	prices := make([]float64, 10)
	for i := range prices {
		prices[i] = float64(100 * i)
	}
	sales, err := table.New(table.Numbers("price", prices...))
	if err != nil {
		log.Fatal(err)
	}
	learning, held, err := data.SplitTable(sales, 0.2, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(learning.Len(), "to learn from,", held.Len(), "held out")
	// Output:
	// 8 to learn from, 2 held out
}

// Anything that can be had by number can be cut into batches.
func ExampleNewIndexLoader() {
	squares := func(indices []int) (sum int) {
		for _, i := range indices {
			sum += i * i
		}
		return sum
	}
	loader, err := data.NewIndexLoader(6, squares, data.LoaderOptions{BatchSize: 2})
	if err != nil {
		log.Fatal(err)
	}
	for k, sum := range loader.Epoch(context.Background()) {
		fmt.Println(k, sum)
	}
	// Output:
	// 0 1
	// 1 13
	// 2 41
}

// Pictures become numbers in [−1, 1] and numbers pictures.
func ExampleToImage() {
	m := data.ToImage([]float32{-1, 0, 1, 1}, 1, 2, 2)
	for y := range 2 {
		for x := range 2 {
			gray, _, _, _ := m.At(x, y).RGBA()
			fmt.Print(gray>>8, " ")
		}
	}
	fmt.Println(m.Bounds())
	// Output:
	// 0 128 255 255 (0,0)-(2,2)
}

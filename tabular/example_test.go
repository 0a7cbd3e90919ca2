package tabular_test

import (
	"context"
	"fmt"
	"log"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tabular"
)

// A table with one row for each work is all that is needed.
func ExampleModel() {
	height, medium, price := make([]float64, 300), make([]string, 300), make([]float64, 300)
	for i := range price {
		height[i] = 20 + float64(i*37%100)
		medium[i] = []string{"oil", "print"}[i%2]
		price[i] = 10 * height[i]
		if medium[i] == "oil" {
			price[i] *= 5
		}
	}
	sales, err := table.New(table.Numbers("height", height...), table.Categories("medium", medium...), table.Numbers("price", price...))
	if err != nil {
		log.Fatal(err)
	}
	train, held, err := data.SplitTable(sales, 0.2, 1)
	if err != nil {
		log.Fatal(err)
	}
	model, err := tabular.New(train, tabular.Config{Target: "price", Log: true, Network: models.MLPConfig{LR: 0.01}})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := model.Rows(train)
	if err != nil {
		log.Fatal(err)
	}
	batches, err := data.NewIndexLoader(rows.Len(), rows.Batch, data.LoaderOptions{Shuffle: true})
	if err != nil {
		log.Fatal(err)
	}
	for range 50 {
		for _, batch := range batches.Epoch(context.Background()) {
			model.Step(batch)
		}
	}
	evaluation, err := model.Evaluate(held)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("R² %.2f\n", evaluation.Network.R2)

	works, _ := table.New(table.Numbers("height", 60, 60), table.Categories("medium", "oil", "print"))
	predictions, err := model.Predict(works)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range predictions {
		fmt.Printf("%.0f hundred\n", p.Value/100)
	}
	// Output:
	// R² 1.00
	// 30 hundred
	// 6 hundred
}

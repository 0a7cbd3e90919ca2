package train_test

import (
	"context"
	"fmt"
	"log"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// A model, a loader, a step and a budget make a run. Callbacks follow it.
func ExampleTrainer() {
	faces := samples.Faces()
	loader, err := faces.Loader(data.LoaderOptions{BatchSize: 64, Shuffle: true})
	if err != nil {
		log.Fatal(err)
	}
	gan, err := models.NewGAN(models.GANConfig{Width: faces.Width, Beta1: 0.5})
	if err != nil {
		log.Fatal(err)
	}
	trainer := train.Trainer[data.ImageBatch]{
		Models: map[string]train.Model{"gan": gan},
		Data:   loader,
		Step: func(_ context.Context, batch data.ImageBatch) (train.Metrics, error) {
			d, g := gan.Step(batch.Pixels)
			return train.Metrics{{Name: "discriminator", Value: d}, {Name: "generator", Value: g}}, nil
		},
		Budget: train.Budget{Steps: 40},
		Callbacks: []train.Callback{train.EveryShare(2, func(e train.Event) error {
			fmt.Printf("%3.0f %% after step %d, %d numbers to watch\n", 100*e.Done, e.Step, len(e.Metrics))
			return nil
		})},
	}
	report, err := trainer.Run(context.Background())
	fmt.Println(report.Step, err)
	// Output:
	//  50 % after step 20, 2 numbers to watch
	// 100 % after step 40, 2 numbers to watch
	// 40 <nil>
}

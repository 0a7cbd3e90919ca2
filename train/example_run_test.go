package train_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// xor is a small network and a trainer that teaches it "exclusive or".
func xor() (*models.MLP, *train.Trainer[struct{}]) {
	net, err := models.NewMLP(models.MLPConfig{
		Sizes: []int{2, 16, 2}, Activation: "relu", Output: "softmax",
		Loss: "cross_entropy", Optimizer: "adam", LR: 0.01,
	})
	if err != nil {
		log.Fatal(err)
	}
	return net, &train.Trainer[struct{}]{
		Models: map[string]train.Model{"net": net},
		Step: func(context.Context, struct{}) (train.Metrics, error) {
			loss := net.StepLabels([]float32{0, 0, 0, 1, 1, 0, 1, 1}, []int32{0, 1, 1, 0})
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
	}
}

// A run that is resumed goes on where the one before ended.
func ExampleCheckpoints() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, steps := range []int{20, 50} {
		_, trainer := xor()
		trainer.Budget = train.Budget{Steps: steps}
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Resume: true}
		trainer.Callbacks = []train.Callback{train.EverySteps(25, func(e train.Event) error {
			fmt.Println("step", e.Step)
			return nil
		})}
		if _, err := trainer.Run(context.Background()); err != nil {
			log.Fatal(err)
		}
	}
	newest, err := train.LatestCheckpoint(dir)
	if err != nil {
		log.Fatal(err)
	}
	net, err := models.LoadAs[*models.MLP](newest.File("net"))
	fmt.Println(newest.State.Step, net.Config().Sizes, err)
	// Output:
	// step 20
	// step 25
	// step 50
	// 50 [2 16 2] <nil>
}

// A model that is wired right learns one batch by heart. It stands where it stood
// afterwards.
func ExampleTrainer_OverfitBatch() {
	net, trainer := xor()
	before := net.Predict([]float32{1, 0})[0]
	losses, err := trainer.OverfitBatch(context.Background(), 300)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(losses[0] > 0.5, losses[len(losses)-1] < 0.1)
	fmt.Println(net.Predict([]float32{1, 0})[0] == before)
	// Output:
	// true true
	// true
}

// Rates are tried from small to large until the loss explodes.
func ExampleTrainer_FindLR() {
	_, trainer := xor()
	curve, err := trainer.FindLR(context.Background(), train.LRRange{From: 1e-5, To: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(curve.Suggestion > 1e-4 && curve.Suggestion < 1, len(curve.Rates) == len(curve.Losses))
	// Output:
	// true true
}

// Everything is done once, and nothing is left behind.
func ExampleTrainer_DryRun() {
	_, trainer := xor()
	trainer.Validate = func(context.Context) (train.Metrics, error) {
		return nil, fmt.Errorf("no file to validate on")
	}
	trainer.Budget = train.Budget{Steps: 1_000_000}
	_, err := trainer.DryRun(context.Background())
	fmt.Println(err)
	// Output:
	// validation after step 1: no file to validate on
}

// A run ends when validation no longer gets better: here the third time.
func ExampleEarlyStop() {
	_, trainer := xor()
	found := []float64{0.9, 0.5, 0.6, 0.7, 0.8}
	trainer.Validate = func(context.Context) (train.Metrics, error) {
		next := found[0]
		found = found[1:]
		return train.Metrics{{Name: "val_loss", Value: next}}, nil
	}
	trainer.ValidateEvery = 10
	trainer.Budget = train.Budget{Steps: 1000}
	trainer.EarlyStop = train.EarlyStop{Patience: 2}
	report, err := trainer.Run(context.Background())
	fmt.Println(report.Step, report.Stopped, report.Best.Step, report.Best.Value, err)
	// Output:
	// 50 true 20 0.5 <nil>
}

// A History keeps curves of any run in little room, by averaging neighbours.
func ExampleHistory() {
	_, trainer := xor()
	history := &train.History{Limit: 4}
	trainer.Budget = train.Budget{Steps: 128}
	trainer.Callbacks = []train.Callback{history}
	if _, err := trainer.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(history.Names)
	for _, p := range history.Points {
		fmt.Print(p.Step, " ")
	}
	fmt.Println()
	// Output:
	// [loss]
	// 64 128
}

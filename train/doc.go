// Package train runs training loops: it counts steps, epochs and time, sets
// learning rates, validates, writes checkpoints, watches for numbers that have
// gone bad, and stops when asked.
//
// What a step does is the caller's business, so one [Trainer] serves
// supervised, adversarial and language models, and a loop over
// images and text together:
//
//	trainer := train.Trainer[data.Pair[data.ImageBatch, data.TokenBatch]]{
//		Models: map[string]train.Model{"gan": gan, "text": text},
//		Data:   data.Zip(images, texts),
//		Step: func(_ context.Context, b data.Pair[data.ImageBatch, data.TokenBatch]) (train.Metrics, error) {
//			d, g := gan.Step(b.First.Pixels)
//			t := text.Step(b.Second.Inputs, b.Second.Targets, b.Second.Rows, b.Second.Steps)
//			return train.Metrics{{"discriminator", d}, {"generator", g}, {"text", t}}, nil
//		},
//		Budget:      train.Budget{Epochs: 10},
//		Checkpoints: train.Checkpoints{Dir: "run1", Resume: true},
//	}
//	report, err := trainer.Run(ctx)
//
// # Checkpoints
//
// A checkpoint is a folder that is whole or not there, with sums that are
// verified before anything in it is believed; a damaged one is passed over for
// the one before, with a warning. A run of a number of steps or epochs that was
// stopped in any way, a power cut included, and resumed gives the same bits as one
// that was not. See [Checkpoints], [LatestCheckpoint] and [BestCheckpoint].
//
// # Before a long run
//
// [Trainer.DryRun] does everything once, [Trainer.OverfitBatch] finds mistakes in
// a model's wiring, [Trainer.FindLR] a learning rate. All three put the models
// back.
//
// # Logs
//
// [CSV] and [JSONL] keep a run's numbers in a file, package
// [github.com/org/artnn/train/tensorboard] shows them while it goes on. A resumed
// run goes on with the log of the one before.
//
// Nothing here knows about terminals: a progress bar is a [Callback] like these.
package train

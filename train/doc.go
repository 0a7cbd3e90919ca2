// Package train runs training loops: it counts steps and time, watches for
// numbers that have gone bad, and stops when asked.
//
// What a step does is the caller's business, so one loop serves supervised,
// adversarial and language models, and the founding document's loop over
// images and text together:
//
//	next, stop := data.Zip(images, texts).Pull()
//	defer stop()
//	report, err := train.Run(ctx, train.Config{Budget: train.Budget{Time: time.Minute}},
//		func(context.Context, int) (train.Metrics, error) {
//			b := next()
//			d, g := gan.Step(b.First.Pixels)
//			t := text.Step(b.Second.Inputs, b.Second.Targets, b.Second.Rows, b.Second.Steps)
//			return train.Metrics{{"discriminator", d}, {"generator", g}, {"text", t}}, nil
//		},
//		train.EverySteps(100, save))
//
// Nothing here knows about terminals or files: progress bars, logs and
// checkpoints are [Callback]s.
package train

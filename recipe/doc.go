// Package recipe goes from a folder or a file to a trained model: it reads the
// data, chooses what was left open by them, trains, takes samples on the way,
// and leaves a folder with the model and a report.
//
//	r := recipe.Images{Data: "flowers"}
//	r.Dir = "run1"
//	result, err := r.Run(ctx)
//
// # Recipes
//
// [Images] learns to make pictures like those of a folder, [Text] to write like
// a text, [Table] to predict a column of a table, [Classes] to tell pictures
// apart. Each is a struct whose zero values mean "by the data". Prepare reads the
// data and fills them in, so that what was chosen can be read, or changed by hand
// next time; Run does that and trains.
//
// # A model of your own
//
// [Train] trains any model: a [Task] says what its data, step and samples are.
//
//	task := &recipe.Task[data.ImageBatch]{
//		Title: "Digits", Model: vae, Loader: loader,
//		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
//			return train.Metrics{{Name: "loss", Value: vae.Step(b.Pixels)}}, nil
//		},
//		Sample: func() (recipe.Sample, error) { return recipe.Sample{Image: vae.Sheet()}, nil },
//	}
//	result, err := recipe.Train(ctx, task, recipe.Options{Dir: "run1", Budget: train.Budget{Epochs: 10}})
//
// [DryRun], [FindLR] and [OverfitBatch] try a task without writing anything.
//
// # The folder of a run
//
//	config.yaml         what was given and chosen
//	model.safetensors   the trained model, for models.Load
//	report.html         samples over time, curves, what it cost: one page that needs nothing else
//	samples/            a picture or text at a time
//	log.csv, events/    the numbers, for spreadsheets and TensorBoard
//	checkpoints/        what a stopped run needs to go on
//
// One process at a time writes to it. A run that was stopped, a power
// cut included, goes on with [Options].Resume; one of a number of steps or epochs
// then ends with the same bits as if it had never stopped.
//
// Nothing here writes to a terminal: [Hooks] are told what a person may want to
// see. Errors name fields, not flags; see [ConfigError]. A network whose training would
// not fit in the machine's memory is one, before memory is taken.
package recipe

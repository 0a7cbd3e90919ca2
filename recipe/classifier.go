package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// Classifier learns to tell pictures apart, with a residual network, from a folder of
// folders: the names of the folders are the classes. Twenty pictures of each are a
// start, a few hundred are good. A part of each class, chosen at random, is held out:
// one half chooses the best weights, the other tests them. A zero value is chosen from
// the data, or is the default named beside the field.
type Classifier struct {
	Data     string       // folder of folders of pictures: PNG, JPEG, GIF, WebP, TIFF
	Pictures *data.Images `settings:"-"` // in place of a folder: square ones, with their labels
	Size     int          // width and height to scale and crop them to, 8 to 256; default their own, at most 64
	Gray     *bool        // without colour
	Fit      data.Fit     // what to do with pictures that are not square; default [data.Cover]
	Mirror   bool         // mirrored pictures are of the same class
	Holdout  *float64     // share of each class held out; default 0.2

	Width  int // channels of the first stage; default 16, from 2,000 pictures on 32
	Blocks int // residual blocks in each stage; default 1

	Augment        *float64 // how many pictures are shown changed: shifted, recoloured, partly cut out; default 0.5
	Dropout        *float64 // share of the features dropped in training; default 0.2
	LabelSmoothing *float64 // share of a target's probability given to all classes; default 0.1
	WeightDecay    *float64 // of AdamW; default 0.05

	Patience *int // epochs without progress that end the run, 0 is any number; default 0, as the rate falls to the end

	Learning
	Options // whose default budget is a number of epochs that goes with the number of pictures

	network *models.Classifier
	all     *data.Images
	parts   pictureParts
}

// pictureParts are the places of pictures by what they are for.
type pictureParts struct{ learn, choose, test []int }

const (
	fewestOfClass = 5 // to learn from, to choose by and to test with
	fewOfClass    = 20

	smallestClassified = 8 // pixels, as models.Classifier has it
)

// Model is the network that [Classifier.Prepare] has made.
func (c *Classifier) Model() *models.Classifier { return c.network }

// Run prepares and trains.
//
// Errors: those of [Classifier.Prepare] and [Train].
func (c *Classifier) Run(ctx context.Context) (Result, error) {
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the
// pictures.
func (c *Classifier) Check() error {
	switch {
	case c.Data == "" && c.Pictures == nil:
		return &ConfigError{"Data", "is missing: name the folder that has a folder of pictures for each class"}
	case c.Pictures != nil && c.Data != "":
		return &ConfigError{"Pictures", "are given: Data must not be"}
	case c.Pictures != nil && c.Pictures.Width != c.Pictures.Height:
		return &ConfigError{"Pictures", fmt.Sprintf("must be square, got %d×%d", c.Pictures.Width, c.Pictures.Height)}
	case c.Size != 0 && (c.Size < smallestClassified || c.Size > mostSize):
		return &ConfigError{"Size", fmt.Sprintf("must be from %d to %d, got %d", smallestClassified, mostSize, c.Size)}
	case c.Holdout != nil && !(*c.Holdout > 0 && *c.Holdout <= 0.8):
		return &ConfigError{"Holdout", fmt.Sprintf("must be above 0 and at most 0.8, got %g", *c.Holdout)}
	case c.Patience != nil && *c.Patience < 0:
		return &ConfigError{"Patience", fmt.Sprintf("must not be negative, got %d", *c.Patience)}
	case c.Augment != nil && !(*c.Augment >= 0 && *c.Augment <= 0.8):
		return &ConfigError{"Augment", fmt.Sprintf("must be from 0 to 0.8, got %g", *c.Augment)}
	case c.Mirror && c.Augment != nil && *c.Augment == 0:
		return &ConfigError{"Mirror", "is one of the changes of pictures, and Augment of 0 shows none"}
	}
	err := check.First(
		check.Rate("Dropout", given(c.Dropout), 1),
		check.Rate("LabelSmoothing", given(c.LabelSmoothing), 1),
		check.Scale("WeightDecay", given(c.WeightDecay)),
		check.Count("Width", c.Width), check.Count("Blocks", c.Blocks))
	if err != nil {
		return fieldError(err)
	}
	return cmp.Or(c.Learning.Check(), c.Options.Check())
}

// Prepare reads the pictures, fills in what was left open, and makes the network.
//
// Errors: [*ConfigError]; a folder without pictures, with those of one class, or with
// too few of one; an ended context.
func (c *Classifier) Prepare(ctx context.Context) (*Task[data.ImageBatch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	c.choose(len(c.parts.learn))
	classes := c.all.Classes
	var err error
	c.network, err = fitting(&c.Options, func(be backend.Backend) (*models.Classifier, error) {
		decay := *c.WeightDecay
		if decay == 0 {
			decay = -1
		}
		return models.NewClassifier(models.ClassifierConfig{
			Size: c.Size, Channels: c.all.Channels, Classes: classes, Width: c.Width, Blocks: c.Blocks,
			Dropout: *c.Dropout, LabelSmoothing: *c.LabelSmoothing, Augment: *c.Augment, Mirror: c.Mirror,
			LR: c.LR, WeightDecay: decay, Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed, Backend: be,
		})
	}, largest("Width", 32, c.Width), largest("Blocks", 2, c.Blocks))
	if err != nil {
		return nil, configError(err)
	}
	learn := c.parts.learn
	if c.Batch > len(learn) {
		return nil, &ConfigError{"Batch", fmt.Sprintf("must be at most %d, as many as there are pictures to learn from, got %d", len(learn), c.Batch)}
	}
	loader, err := data.NewIndexLoader(len(learn), func(indices []int) data.ImageBatch {
		return c.all.Batch(at(learn, indices))
	}, data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	fingerprint, err := picturesFingerprint(c.Data, c.all)
	if err != nil {
		return nil, err
	}
	m := c.network
	return &Task[data.ImageBatch]{
		Unit: "pictures", PerStep: c.Batch,
		Title: titled("Classes of the pictures", "in", c.Data),
		Intro: fmt.Sprintf("A residual network learns to tell %s apart from %s of %d×%d pixels; %s more choose its best weights, and %s test them",
			words.Count(len(classes), "class"), words.Thousand(len(learn), "picture"), c.Size, c.Size, words.Thousands(len(c.parts.choose)), words.Thousands(len(c.parts.test))),
		Axis:   "nats a picture",
		Remark: "The loss is the cross-entropy of the class, in training with label smoothing and of changed pictures, so that the validation's may be lower. Where the validation's rises while the other falls, the network overfits; the weights with the lowest validation loss are kept. The samples are pictures of the test set, a row for each class that the network puts them into.",
		Model:  m, Loader: loader, Fingerprint: fingerprint, Patience: *c.Patience,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b.Pixels, b.Labels)}}, nil
		},
		Validate: func(ctx context.Context) (train.Metrics, error) {
			s, err := scoreClasses(ctx, m, c.all, c.parts.choose)
			return train.Metrics{{Name: "val_loss", Value: s.LogLoss}, {Name: "val_accuracy", Value: s.Accuracy}}, err
		},
		Sample: func() (Sample, error) {
			return Sample{Image: sorted(m, c.all, c.parts.test, len(classes), max(1, sheetSide/c.Size))}, nil
		},
		Finish: func(ctx context.Context, _ train.Report) (Outcome, error) {
			s, err := scoreClasses(ctx, m, c.all, c.parts.test)
			return s.outcome(), err
		},
	}, nil
}

// load gives the pictures and divides them.
func (c *Classifier) load(ctx context.Context) (err error) {
	if c.all = c.Pictures; c.all == nil {
		if c.all, err = (folder{dir: c.Data, size: c.Size, smallest: smallestClassified, gray: c.Gray, fit: c.Fit}).read(ctx); err != nil {
			return missing(err, c.Data, "folder")
		}
	}
	c.Size, c.Gray = c.all.Width, new(c.all.Channels == 1)
	c.say(c.all.Summary())
	if err := c.dropLoose(); err != nil {
		return named(c.Data, err)
	}
	setOpen(&c.Holdout, 0.2)
	c.parts, err = divide(c.all, *c.Holdout, c.Seed)
	if err != nil {
		return named(c.Data, err)
	}
	return nil
}

// dropLoose leaves out the pictures that lie in no folder, and so have no class.
func (c *Classifier) dropLoose() error {
	loose := slices.Index(c.all.Classes, "")
	switch n := len(c.all.Classes); {
	case n == 1 && loose == 0:
		return errors.New("the pictures lie in no folders of their own: make a folder for each class, with its pictures inside")
	case n == 1 || n == 2 && loose >= 0:
		return fmt.Errorf("there is one class, %q, and nothing to tell it from: two folders or more are needed, one for each class", c.all.Classes[(loose+1)%n])
	case loose < 0:
		return nil
	}
	var kept []int
	for i, label := range c.all.Labels {
		if int(label) != loose {
			kept = append(kept, i)
		}
	}
	c.warn(fmt.Sprintf("%s outside of the folders, without a class, left out", words.Are(c.all.Len()-len(kept), "picture")))
	c.all = c.all.Select(kept)
	return nil
}

// divide holds out a share of each class, at random.
func divide(all *data.Images, share float64, seed uint64) (p pictureParts, err error) {
	of := make([][]int, len(all.Classes))
	for i, label := range all.Labels {
		of[label] = append(of[label], i)
	}
	var few []string
	r := rand.New(rand.NewPCG(seed, 0x636c6173736573))
	for class, places := range of {
		if len(places) < fewestOfClass {
			few = append(few, fmt.Sprintf("%q has %d", all.Classes[class], len(places)))
			continue
		}
		r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		held := min(max(2, int(share*float64(len(places))+0.5)), len(places)-1)
		p.choose = append(p.choose, places[:held/2]...)
		p.test = append(p.test, places[held/2:held]...)
		p.learn = append(p.learn, places[held:]...)
	}
	if few != nil {
		return p, fmt.Errorf("too few pictures of a class: %s, and at least %d are needed: add some, or take its folder away", words.Few(few), fewestOfClass)
	}
	for _, part := range []*[]int{&p.learn, &p.choose, &p.test} {
		slices.Sort(*part) // places tell no classes
	}
	r.Shuffle(len(p.test), func(i, j int) { p.test[i], p.test[j] = p.test[j], p.test[i] }) // for samples of all classes
	return p, nil
}

// at is the elements at some places.
func at(list, places []int) []int {
	out := make([]int, len(places))
	for i, p := range places {
		out[i] = list[p]
	}
	return out
}

// choose fills in what was left open, by the number of pictures to learn from.
func (c *Classifier) choose(n int) {
	smallest := n
	counts := make([]int, len(c.all.Classes))
	for _, i := range c.parts.learn {
		counts[c.all.Labels[i]]++
	}
	for _, k := range counts {
		smallest = min(smallest, k)
	}
	if smallest < fewOfClass {
		i := slices.Index(counts, smallest)
		c.warn(fmt.Sprintf("%s to learn %q from: twenty of each class are a start, a few hundred are good", words.Are(smallest, "picture"), c.all.Classes[i]))
	}
	if c.Budget == (train.Budget{}) {
		c.Budget.Epochs = min(max(120_000/n, 12), 60) // some minutes, whatever n is
	}
	c.Options = c.Options.withDefaults()
	width := 32
	if n < 2000 {
		width = 16
	}
	setDefault(&c.Width, width)
	setDefault(&c.Blocks, 1)
	setOpen(&c.Augment, 0.5)
	setOpen(&c.Dropout, 0.2)
	setOpen(&c.LabelSmoothing, 0.1)
	setOpen(&c.WeightDecay, 0.05)
	setOpen(&c.Patience, 0)
	batch := 64
	if n < 1000 {
		batch = 16
	}
	setDefault(&c.Batch, min(batch, n))
	setDefault(&c.Accumulate, 1)
	setDefault(&c.LR, 3e-3)
	setOpen(&c.Clip, 0)
	setOpen(&c.EMA, 0.99)
	c.settle(c)
}

package recipe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"path/filepath"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// Classes learns to tell pictures apart, with a multilayer perceptron, from a
// folder with the four files of MNIST, Fashion-MNIST or other data in their
// format, packed with gzip or not: train-images-idx3-ubyte,
// train-labels-idx1-ubyte, and the same of t10k to test with. A zero value is
// the default named beside the field.
type Classes struct {
	Data       string // folder
	Hidden     []int  // sizes of the hidden layers; default 256, 128
	Activation string // of the hidden layers, as [models.MLPConfig] has them; default "relu"

	Learning // batches of 64 by default
	Options  // 10 epochs by default

	mlp  *models.MLP
	test *data.Images
}

// Model is the network that [Classes.Prepare] has made.
func (c *Classes) Model() *models.MLP { return c.mlp }

// Test are the pictures to test with, once [Classes.Prepare] has read them.
func (c *Classes) Test() *data.Images { return c.test }

// Run prepares and trains.
//
// Errors: those of [Classes.Prepare] and [Train].
func (c *Classes) Run(ctx context.Context) (Result, error) {
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the
// pictures.
func (c *Classes) Check() error {
	if c.Data == "" {
		return &ConfigError{"Data", "is missing: name the folder of the four files"}
	}
	return cmp.Or(c.Learning.Check(), c.Options.Check())
}

// Prepare reads the pictures, fills in what was left open, and makes the network.
//
// Errors: [*ConfigError]; files that are not there, damaged, or do not fit each
// other.
func (c *Classes) Prepare(context.Context) (*Task[data.ImageBatch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	pictures, err := c.load()
	if err != nil {
		return nil, err
	}
	c.choose()
	pixels, classes := pictures.Width*pictures.Height, len(pictures.Classes)
	c.mlp, err = fitting(&c.Options, func(be backend.Backend) (*models.MLP, error) {
		return models.NewMLP(models.MLPConfig{
			Sizes:      append(append([]int{pixels}, c.Hidden...), classes),
			Activation: c.Activation, Output: "softmax", Loss: "cross_entropy", Optimizer: "adam",
			LR: c.LR, Clip: *c.Clip, EMA: *c.EMA, Accumulate: c.Accumulate, Seed: c.Seed, Backend: be,
		})
	}, largest("Hidden", 256, c.Hidden...))
	if err != nil {
		return nil, configError(err)
	}
	loader, err := pictures.Loader(data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	return &Task[data.ImageBatch]{
		Unit: "pictures", PerStep: c.Batch,
		Title:  "Classes of the pictures in " + c.Data,
		Intro:  fmt.Sprintf("A multilayer perceptron learns to tell %d classes apart from %s of %d×%d pixels", classes, words.Count(pictures.Len(), "picture"), pictures.Width, pictures.Height),
		Axis:   "nats a picture",
		Remark: "The loss is the cross-entropy of the class. The samples are pictures of the test set, a row for each class that the network puts them into.",
		Model:  c.mlp, Loader: loader,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: c.mlp.StepLabels(b.Pixels, b.Labels)}}, nil
		},
		Sample: func() (Sample, error) {
			return Sample{Image: sorted(c.mlp, c.test, measure.Spaced(c.test.Len(), c.test.Len()), classes, 1)}, nil
		},
		Finish: func(context.Context, train.Report) (Outcome, error) {
			return Outcome{Text: fmt.Sprintf("%.2f %% of the test pictures are told right.", 100*Accuracy(c.mlp, c.test))}, nil
		},
	}, nil
}

func (c *Classes) choose() {
	if c.Budget == (train.Budget{}) {
		c.Budget.Epochs = 10
	}
	c.Options = c.Options.withDefaults()
	if c.Hidden == nil {
		c.Hidden = []int{256, 128}
	}
	setDefault(&c.Activation, "relu")
	setDefault(&c.Batch, 64)
	setDefault(&c.Accumulate, 1)
	setDefault(&c.LR, 1e-3)
	setOpen(&c.Clip, 0)
	setOpen(&c.EMA, 0)
	c.settle(c)
}

// load reads both halves of the data.
func (c *Classes) load() (*data.Images, error) {
	pictures, err := loadClasses(c.Data, "train")
	if err != nil {
		return nil, err
	}
	if c.test, err = loadClasses(c.Data, "t10k"); err != nil {
		return nil, err
	}
	if c.test.Width != pictures.Width || c.test.Height != pictures.Height {
		return nil, fmt.Errorf("%s: pictures of %d×%d to learn from, but of %d×%d to test on",
			c.Data, pictures.Width, pictures.Height, c.test.Width, c.test.Height)
	}
	if len(c.test.Classes) > len(pictures.Classes) {
		return nil, fmt.Errorf("%s: the test set has %d classes, of which only %d can be learned",
			c.Data, len(c.test.Classes), len(pictures.Classes))
	}
	c.say(fmt.Sprintf("%s of %d×%d to learn from, %d to test on, %d classes",
		words.Count(pictures.Len(), "picture"), pictures.Width, pictures.Height, c.test.Len(), len(pictures.Classes)))
	return pictures, nil
}

// loadClasses reads one half of a data set: its pictures and what they show.
func loadClasses(dir, name string) (*data.Images, error) {
	pictures, err := loadIDX(filepath.Join(dir, name+"-images-idx3-ubyte"))
	if err != nil {
		return nil, err
	}
	classes, err := loadIDX(filepath.Join(dir, name+"-labels-idx1-ubyte"))
	if err != nil {
		return nil, err
	}
	labels, err := classes.Labels()
	if err != nil {
		return nil, err
	}
	images, err := pictures.Images(labels)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", dir, name, err)
	}
	return images, nil
}

// loadIDX reads a file as it is or, with .gz behind its name, packed.
func loadIDX(path string) (*data.IDX, error) {
	x, err := data.LoadIDX(path)
	if errors.Is(err, fs.ErrNotExist) {
		x, err = data.LoadIDX(path + ".gz")
	}
	return x, err
}

// classifyBatch is the pictures classified at a time.
const classifyBatch = 500

// classifies is a model that tells pictures apart.
type classifies interface {
	Classify(pixels []float32) []int32
}

// Accuracy is the share of pictures that the network puts in the right class.
func Accuracy(m interface {
	Classify(pixels []float32) []int32
}, pictures *data.Images) float64 {
	loader, err := pictures.Loader(data.LoaderOptions{BatchSize: classifyBatch})
	if err != nil {
		panic(err) // not with a fixed batch size and at least one picture
	}
	right := 0
	for _, b := range loader.Epoch(context.Background()) {
		for i, class := range m.Classify(b.Pixels) {
			if class == b.Labels[i] {
				right++
			}
		}
	}
	return float64(right) / float64(pictures.Len())
}

const (
	sortedPictures = 200 // looked at for a sample
	sortedColumns  = 12
	sortedRows     = 24
)

// sorted is a sheet of some of the pictures, a row for each of the first classes that
// they are put into.
func sorted(m classifies, pictures *data.Images, indices []int, classes, scale int) image.Image {
	indices = indices[:min(sortedPictures, len(indices))]
	rows := make([][]image.Image, min(classes, sortedRows))
	for i, class := range m.Classify(pictures.Batch(indices).Pixels) {
		if int(class) < len(rows) && len(rows[class]) < sortedColumns {
			rows[class] = append(rows[class], pictures.Image(indices[i]))
		}
	}
	blank := image.NewGray(pictures.Image(0).Bounds())
	var cells []image.Image
	for _, row := range rows {
		cells = append(cells, row...)
		for range sortedColumns - len(row) {
			cells = append(cells, blank)
		}
	}
	return data.GridOf(cells, data.GridOptions{Columns: sortedColumns, Scale: scale})
}

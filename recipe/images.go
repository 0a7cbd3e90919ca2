package recipe

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// Images learns to make pictures like those of a folder, with a generative
// adversarial network. A hundred pictures of one kind, taken alike, are a start; a
// thousand are better. A zero value is chosen from the data, or is the default
// named beside the field.
type Images struct {
	Data     string       // folder of pictures: PNG, JPEG, GIF, WebP, TIFF, subfolders too
	Pictures *data.Images `settings:"-"` // in place of a folder: square ones, as they are
	Size     int          // width and height to scale and crop them to; default their own, at most 64
	Gray     *bool        // without colour
	Fit      data.Fit     // what to do with pictures that are not square; default [data.Cover]
	Mirror   bool         // also learn from every picture mirrored

	// Network is the kind of GAN: "dense", or one of [models.ConvGANKinds] in small
	// letters.
	Network string
	ByClass bool     // the folders that the pictures lie in are classes, of which the GAN makes each
	ZDim    int      // random numbers that a picture is made from; default 100
	R1      *float64 // weight of the R1 penalty, and of R2 with r3gan: more for fewer pictures

	// Of a dense GAN alone.
	Hidden  []int    // sizes of the generator's hidden layers, mirrored in the discriminator; default 128, 256
	Beta1   float64  // Adam's first beta; default 0.5
	Sharpen *float64 // how much the discriminator's view is sharpened; default 1
	Smooth  float64  // how much below 1 the discriminator's target for real pictures is
	Noise   float64  // deviation of noise added to all the discriminator sees

	// Of a convolutional GAN alone.
	Width int      // channels where the pictures have half their size; default 32, of r3gan 24
	Adapt *float64 // how fast changed pictures keep the discriminator from learning by heart; default 5e-6

	Scale   int  // how many times pictures are enlarged in samples; default small ones are, to 32 pixels
	Lanczos bool // enlarge them smoothly instead of pixel by pixel

	Learning
	Options

	gan *models.GAN
}

// Model is the network that [Images.Prepare] has made.
func (c *Images) Model() *models.GAN { return c.gan }

// Run prepares and trains.
//
// Errors: those of [Images.Prepare] and [Train].
func (c *Images) Run(ctx context.Context) (Result, error) {
	return prepareAndTrain(ctx, c, &c.Options, c.Prepare)
}

// Check returns a [*ConfigError] if the fields make no sense, whatever the
// pictures.
func (c *Images) Check() error {
	switch {
	case c.Data == "" && c.Pictures == nil:
		return &ConfigError{"Data", "is missing: name the folder of the pictures"}
	case c.Pictures != nil && c.Data != "":
		return &ConfigError{"Pictures", "are given: Data must not be"}
	case c.Pictures != nil && c.Pictures.Width != c.Pictures.Height:
		return &ConfigError{"Pictures", fmt.Sprintf("must be square, got %d×%d", c.Pictures.Width, c.Pictures.Height)}
	case c.Network != "" && c.Network != dense && convKind(c.Network) == "":
		return &ConfigError{"Network", fmt.Sprintf("must be one of %s, got %q", strings.Join(Networks(), ", "), c.Network)}
	case c.Size < 0 || c.Size > mostSize:
		return &ConfigError{"Size", fmt.Sprintf("must be from 1 to %d, got %d", mostSize, c.Size)}
	case c.Scale < 0:
		return &ConfigError{"Scale", fmt.Sprintf("must be at least 1, got %d", c.Scale)}
	}
	err := check.First(
		check.Rate("Beta1", c.Beta1, 1), check.Rate("Smooth", c.Smooth, 1), check.Scale("Noise", c.Noise),
		check.Scale("R1", given(c.R1)), check.Scale("Sharpen", given(c.Sharpen)), check.Rate("Adapt", given(c.Adapt), 1))
	if err != nil {
		return fieldError(err)
	}
	if c.Network != "" {
		if err := c.suits(); err != nil {
			return err
		}
	}
	return cmp.Or(c.Learning.Check(), c.Options.Check())
}

// given is the number, 0 if it was left open.
func given(x *float64) float64 {
	if x == nil {
		return 0
	}
	return *x
}

// Prepare reads the pictures, fills in what was left open, and makes the network.
//
// Errors: [*ConfigError]; a folder without pictures, or with one; an ended
// context.
func (c *Images) Prepare(ctx context.Context) (*Task[data.ImageBatch], error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	pictures, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	setDefault(&c.Scale, max(1, sheetSide/c.Size))
	sheet := data.GridOptions{Columns: sheetColumns, Scale: c.Scale, Smooth: c.Lanczos}
	if pixels := sheet.Pixels(sheetPictures, c.Size, c.Size); pixels > data.MaxGridPixels {
		return nil, &ConfigError{"Scale", fmt.Sprintf("of %d makes samples of %d pixels, over the limit of %d", c.Scale, pixels, data.MaxGridPixels)}
	}
	if err := c.choose(pictures.Len()); err != nil {
		return nil, err
	}
	if c.gan, err = c.fittingGAN(pictures); err != nil {
		return nil, configError(err)
	}
	loader, err := pictureLoader(pictures, c.Mirror, data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, DropLast: true, Seed: c.Seed})
	if err != nil {
		return nil, err
	}
	fingerprint, err := picturesFingerprint(c.Data, pictures)
	if err != nil {
		return nil, err
	}
	return &Task[data.ImageBatch]{
		Unit: "pictures", PerStep: c.Batch,
		Title:  titled("Pictures", "like those in", c.Data),
		Intro:  fmt.Sprintf("A generative adversarial network learns from %s of %d×%d pixels in batches of %d", words.Count(pictures.Len(), "picture"), c.Size, c.Size, c.Batch),
		Remark: "The two networks play against each other, so their losses are not meant to fall: 1.39 for the discriminator and 0.69 for the generator are a draw. A discriminator near 0 for the first few hundred steps is usual; near 0 for longer it has won, and the generator learns no more: another learning rate or network helps, or a larger R1 penalty where there is no batch norm.",
		Model:  c.gan, Loader: loader, Fingerprint: fingerprint,
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			d, g := c.step(b)
			return train.Metrics{{Name: "discriminator", Value: d}, {Name: "generator", Value: g}}, nil
		},
		Sample: func() (Sample, error) { return imageSheet(c.gan, sheet), nil },
		Finish: func(_ context.Context, r train.Report) (Outcome, error) { return Outcome{Text: tooFew(r.Step)}, nil },
	}, nil
}

// shapelessSteps are about as many as show no shapes yet.
const shapelessSteps = 300

// tooFew says that a run was too short to show anything, if it was.
func tooFew(steps int) string {
	if steps >= shapelessSteps {
		return ""
	}
	return fmt.Sprintf("%s are few: shapes come after some hundreds, good pictures after thousands. Smaller pictures take less time.", words.Count(steps, "step"))
}

// choose fills in what was left open, by the number of pictures.
//
// Errors: a [*ConfigError] for what the network does not have.
func (c *Images) choose(n int) error {
	c.Options = c.Options.withDefaults()
	// Large pictures cost more: more and smaller steps get further in the same
	// time.
	batch := 64
	if c.Size >= 48 {
		batch = 32
	}
	setDefault(&c.Batch, min(batch, n))
	setDefault(&c.Accumulate, 1)
	setDefault(&c.ZDim, 100)
	setOpen(&c.EMA, 0.999)
	setOpen(&c.Clip, 0)
	if c.Network == "" {
		c.Network = c.suitable()
	}
	if err := c.suits(); err != nil {
		return err
	}
	if c.Network == dense {
		c.chooseDense(n)
	} else {
		c.chooseConv()
	}
	c.settle(c)
	return nil
}

const (
	sheetSeed       = 7 // the same pictures each time, so that they can be followed as they form
	sheetPictures   = 36
	sheetColumns    = 6
	previewPictures = 2 * sheetColumns
	sheetSide       = 32 // pixels that a picture is enlarged to
)

func imageSheet(gan *models.GAN, options data.GridOptions) Sample {
	pictures := gan.Images(sheetPictures, sheetSeed)
	return Sample{Image: data.GridOf(pictures, options), Preview: data.GridOf(pictures[:previewPictures], options)}
}

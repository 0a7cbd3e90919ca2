package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train"
)

var _ = commands.add(45, func() any {
	return &struct {
		Find find `cmd:"" help:"Find the picture that a trained model can make and that is most like one of yours."`
	}{}
})

var _ = recorded("find")

// find looks for the latent of a picture.
type find struct {
	Picture      string   `arg:"" input:"data" help:"PNG, JPEG, GIF, WebP or TIFF; of another size than the model's, it is cropped and resized."`
	Model        string   `short:"m" input:"model" placeholder:"RUN" help:"Run's folder or model's file (default: the faces that come with the program)."`
	Out          string   `short:"o" output:"file" default:"found.safetensors" placeholder:"FILE" help:"Where to write what the picture is made from, which \"artnn generate image\" and \"artnn interpolate\" take as latents; beside it, in .png, yours and what was found (default: ${default})."`
	Class        []string `placeholder:"NAME" help:"Classes that the picture is mixed of, if the model knows classes (default: the best mixture is found, too)."`
	Starts       int      `default:"8" placeholder:"N" help:"Places to begin at, of which the best result counts (default: ${default})."`
	Steps        int      `default:"500" placeholder:"N" help:"Steps from each (default: ${default})."`
	Seed         uint64   `default:"1" zero:"a seed" placeholder:"N" help:"Where to begin; equal seeds find equal pictures (default: ${default})."`
	featureFlags `embed:"" set:"unlessFeatures=pixels alone measure them, but with --layer a network that artnn has too"`
	sheetFlags
	Preview preview.Mode `default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show both pictures in the terminal: ${enum}."`
}

// Help is shown by --help.
func (*find) Help() string {
	return `Gradient descent on what a picture is made from, from several random starts. The distance that is printed is the root mean square difference of both pictures, in shades of 255. With --features, pictures are compared by their pixels and by what that network sees in them: what is found is nearer in these, and less near in pixels. It takes many times as long.

Examples:
  artnn find photo.jpg -m run1
  artnn find photo.jpg -m run1 -o me.safetensors --starts 32 --steps 2000
  artnn find photo.jpg -m run1 --features run4
  artnn interpolate -m run1 --latent me.safetensors --seeds 3
  artnn generate image -m run1 --latent me.safetensors --directions 8`
}

// Validate is called by the command-line parser.
func (c *find) Validate() error {
	switch {
	case c.Starts < 1 || c.Starts > 1024:
		return fmt.Errorf("--starts must be from 1 to 1024, got %d", c.Starts)
	case c.Steps < 1 || c.Steps > 1_000_000:
		return fmt.Errorf("--steps must be from 1 to 1000000, got %d", c.Steps)
	case !strings.EqualFold(filepath.Ext(c.Out), latentsEnding):
		return fmt.Errorf("--out must end in %s, got %q", latentsEnding, c.Out)
	}
	return c.checkScale()
}

// Run is the command.
func (c *find) Run(ctx context.Context, k *kong.Context, con *console) error {
	gan, err := imageModel(c.Model)
	if err != nil {
		return err
	}
	size := gan.Size()
	options := c.grid(showScale(size))
	options.Columns = 2
	if err := checkSheet(options, 2, size.Width, size.Height, "--scale"); err != nil {
		return err
	}
	sheet, err := c.sheet(k)
	if err != nil {
		return err
	}
	target, err := c.read(con, size)
	if err != nil {
		return err
	}
	search := latent.SearchOptions{Starts: c.Starts, Steps: c.Steps, Seed: c.Seed}
	var features func(x *tensor.Tensor) *tensor.Tensor
	if c.byFeatures() {
		n, _, err := c.network()
		if err != nil {
			return err
		}
		features, err = measure.Differentiable(n, c.view(size))
		if err != nil {
			return err
		}
		search.Features = func(x *tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{features(x)} }
	}
	if len(c.Class) > 0 {
		if search.Classes, err = gan.Mix(c.Class...); err != nil {
			return err
		}
	}
	began := time.Now()
	found, err := searchWithBar(ctx, con, latent.Of(gan), target, search)
	if ctx.Err() != nil {
		con.say("Interrupted: nothing was written.\n")
		return errInterrupted
	}
	if err != nil {
		return err
	}
	notes := map[string]string{"picture of": c.Picture, "distance": fmt.Sprintf("%.2f", found.Distance)}
	if err := latent.Save(c.Out, gan, found.Latent, notes); err != nil {
		return err
	}
	both := []image.Image{
		data.ToImage(target, size.Channels, size.Height, size.Width),
		data.ToImage(found.Picture, size.Channels, size.Height, size.Width),
	}
	pair := data.GridOf(both, options)
	r := recordOf(k, gan, c.Model, c.Out)
	if err := data.WritePNG(sheet, pair, r.texts()...); err != nil {
		return err
	}
	if err := con.show(pair, c.Preview); err != nil {
		return err
	}
	distance := fmt.Sprintf("%.1f shades of 255", found.Distance)
	if features != nil {
		x := tensor.FromSlice(append(target[:len(target):len(target)], found.Picture...), 2, size.Channels, size.Height, size.Width)
		distance += fmt.Sprintf(" and %.3g in features", apart(features(x)))
	}
	con.say("%s: found at a distance of %s, in %.1fs; both are in %s%s\n", c.Out, distance, time.Since(began).Seconds(), sheet, mixture(gan, found.Latent))
	return nil
}

// apart is the Euclidean distance of two rows.
func apart(rows *tensor.Tensor) float64 {
	return math.Sqrt(rows.Narrow(0, 0, 1).Sub(rows.Narrow(0, 1, 1)).Square().Sum().Item())
}

// sheet is the file beside the latents for both pictures. It is not one that was
// named, so it takes the place of no picture but one that this program has made.
func (c *find) sheet(k *kong.Context) (string, error) {
	path := strings.TrimSuffix(c.Out, filepath.Ext(c.Out)) + ".png"
	if err := atomicfile.Check(path); err != nil {
		return "", err
	}
	beside := fmt.Sprintf("-o %s: %s, which is written beside it,", c.Out, path)
	if err := overwrites(k, path, beside); err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return path, nil // writing will tell
	}
	texts, err := data.ReadPNGTexts(path)
	if err == nil {
		_, err = recordIn(texts)
	}
	if err != nil {
		return "", usagef("%s is there already and not from this program, and would be lost: name another file", beside)
	}
	return path, nil
}

// read reads the picture in the size of the model's, and says so if it had another.
func (c *find) read(con *console, size models.PictureSize) ([]float32, error) {
	if size.Channels != 1 && size.Channels != 3 {
		return nil, fmt.Errorf("%s: the model's pictures have %s; only those with 1 or 3 can be compared", c.Picture, words.Count(size.Channels, "channel"))
	}
	f, err := regular.Open(c.Picture)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: there is no such picture", c.Picture)
		}
		return nil, err
	}
	defer f.Close()
	pixels, err := data.DecodeImage(f, data.ImageOptions{Width: size.Width, Height: size.Height, Gray: size.Channels == 1})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Picture, err)
	}
	if _, err := f.Seek(0, 0); err != nil {
		return nil, err
	}
	if w, h, err := imagefile.Size(f); err == nil && (w != size.Width || h != size.Height) {
		cropped := ""
		if w*size.Height != h*size.Width {
			cropped = "cropped and "
		}
		con.warn(fmt.Sprintf("%s is %d×%d: %sresized to %d×%d, as the model makes them", c.Picture, w, h, cropped, size.Width, size.Height))
	}
	return pixels, nil
}

// mixture tells the classes of a latent, if there are any.
func mixture(gan *models.GAN, found []float32) (s string) {
	for i, w := range found[gan.ZDim():] {
		if w >= 0.005 {
			s += fmt.Sprintf(", %.0f %% %s", 100*w, gan.Classes()[i])
		}
	}
	return s
}

// searchWithBar searches, with a bar where there is a terminal: elsewhere it would be
// but lines.
func searchWithBar(ctx context.Context, con *console, s latent.Space, target []float32, o latent.SearchOptions) (latent.Found, error) {
	if con.terminal == nil || con.quiet {
		return s.Search(ctx, target, o)
	}
	bar, began := newProgress(con, "find", "steps", 1), time.Now()
	if err := bar.Begin(train.Event{}); err != nil {
		return latent.Found{}, err
	}
	o.Progress = func(step int, loss float64) {
		_ = bar.Step(train.Event{Step: step, Done: float64(step) / float64(o.Steps), Elapsed: time.Since(began),
			Metrics: train.Metrics{{Name: "loss", Value: loss}}}) // it keeps its error for the console
	}
	found, err := s.Search(ctx, target, o)
	_ = bar.End(train.Report{Interrupted: ctx.Err() != nil}, err)
	return found, err
}

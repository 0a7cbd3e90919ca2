package recipe

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
)

// stripes is a picture of stripes, upright or flat, in sizes and modes of many kinds.
func stripes(flat bool, i int) image.Image {
	w, h := 16+i%3*5, 16+i%4*3
	var m interface {
		image.Image
		Set(x, y int, c color.Color)
	} = image.NewNRGBA(image.Rect(0, 0, w, h))
	switch i % 4 {
	case 1:
		m = image.NewGray(m.Bounds())
	case 2:
		m = image.NewRGBA64(m.Bounds())
	}
	for y := range h {
		for x := range w {
			at := x
			if flat {
				at = y
			}
			shade := uint8(60 + 130*((at+i)/4%2) + 5*(i%7))
			m.Set(x, y, color.NRGBA{shade, shade, uint8(20 * (i % 9)), 255})
		}
	}
	return m
}

// stripesFolders has so many pictures of each class.
func stripesFolders(t testing.TB, upright, flat int) string {
	dir := t.TempDir()
	for class, n := range []int{upright, flat} {
		for i := range n {
			name := filepath.Join(dir, []string{"upright", "flat"}[class], fmt.Sprintf("%03d.png", i))
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
			require.NoError(t, data.WritePNG(name, stripes(class == 1, i)))
		}
	}
	return dir
}

func TestClassifierFromFolderToReport(t *testing.T) {
	dir := stripesFolders(t, 40, 30)
	require.NoError(t, data.WritePNG(filepath.Join(dir, "loose.png"), stripes(true, 1)))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "flat", "broken.png"), []byte("no picture"), 0o666))
	var said, warned []string
	c := Classifier{Data: dir, Width: 4, Size: 16}
	c.Say = func(s string) { said = append(said, s) }
	c.Warn = func(s string) { warned = append(warned, s) }
	c.Dir, c.Budget.Epochs, c.Samples = t.TempDir(), 12, 2
	r, err := c.Run(context.Background())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(said, "\n"), "71 pictures of 16×16×3 in 3 folders, 1 file skipped")
	assert.Contains(t, strings.Join(warned, "\n"), "1 picture is outside of the folders, without a class, left out")
	assert.Equal(t, []string{"flat", "upright"}, c.Model().Config().Classes)
	p := c.parts
	assert.Equal(t, []int{56, 7, 7}, []int{len(p.learn), len(p.choose), len(p.test)})
	seen := map[int]bool{}
	for _, part := range [][]int{p.learn, p.choose, p.test} {
		for _, i := range part {
			assert.False(t, seen[i], "in one part only")
			seen[i] = true
		}
	}

	assert.Equal(t, 12*4, r.Step, "twelve epochs of four batches of 16, the last smaller")
	assert.Contains(t, r.Summary(), "Of the test pictures 100.0 % are told right; naming the commonest class would be right for 57.1 %.")
	page := read(t, r.Folder.Report())
	for _, part := range []string{"Classes of the pictures in", "<h2>Test", "taken for", "accuracy 100.00 %", "upright"} {
		assert.Contains(t, page, part)
	}
	assert.FileExists(t, filepath.Join(c.Dir, "samples", "step-000000048.png"))
	config := read(t, r.Folder.Config())
	assert.Contains(t, config, "mirror: false\nholdout: 0.2\nwidth: 4\nblocks: 1\naugment: 0.5\ndropout: 0.2\nlabel_smoothing: 0.1\nweight_decay: 0.05\npatience: 0\n")

	// Other pictures, of the folder's classes and another.
	other := stripesFolders(t, 10, 20)
	require.NoError(t, os.Mkdir(filepath.Join(other, "dots"), 0o777))
	require.NoError(t, data.WritePNG(filepath.Join(other, "dots", "1.png"), stripes(true, 1)))
	m, err := models.LoadAs[*models.Classifier](r.Folder.Model())
	require.NoError(t, err)
	s, leftOut, err := ScorePictures(context.Background(), m, other)
	require.NoError(t, err)
	assert.Equal(t, 1, leftOut)
	assert.Equal(t, 30, s.Pictures)
	assert.InDelta(t, 2.0/3, s.Commonest, 1e-9)
	assert.GreaterOrEqual(t, s.Accuracy, 0.9)
	assert.Less(t, s.LogLoss, 0.4)
	assert.Len(t, s.Files, 30)
	confusion := s.Confusion()
	assert.Equal(t, []string{"flat", "upright"}, confusion.Classes)
	assert.InDelta(t, s.Accuracy, float64(confusion.Counts[0][0]+confusion.Counts[1][1])/30, 1e-9)
	_, _, err = ScorePictures(context.Background(), m, facesFolder(t, 2))
	assert.ErrorContains(t, err, "none of its folders has the name of a class: the network knows flat, upright")

	made, skipped, err := ClassifyPictures(context.Background(), m, other)
	require.NoError(t, err)
	assert.Empty(t, skipped)
	require.Len(t, made, 31)
	assert.Equal(t, "dots/1.png", made[0].File)
	assert.Equal(t, "flat", made[1].Classes[0].Class)
	assert.InDelta(t, 1, made[1].Classes[0].Probability+made[1].Classes[1].Probability, 1e-6)
	assert.GreaterOrEqual(t, made[1].Classes[0].Probability, made[1].Classes[1].Probability)
	one, _, err := ClassifyPictures(context.Background(), m, filepath.Join(other, "dots", "1.png"))
	require.NoError(t, err)
	require.Len(t, one, 1)
	for i := range one[0].Classes {
		assert.InDelta(t, made[0].Classes[i].Probability, one[0].Classes[i].Probability, 1e-6)
	}
	var csv bytes.Buffer
	require.NoError(t, WriteClasses(&csv, made))
	lines := strings.Split(csv.String(), "\n")
	assert.Equal(t, "file,predicted,probability,probability of flat,probability of upright", lines[0])
	assert.Regexp(t, `^flat/000.png,flat,(0\.\d{4}),(0\.\d{4}),0\.\d{4}$`, lines[2])

	_, skipped, err = ClassifyPictures(context.Background(), m, dir)
	require.NoError(t, err)
	require.Len(t, skipped, 1)
	assert.Equal(t, "flat/broken.png", skipped[0].Path)
	_, _, err = ClassifyPictures(context.Background(), m, filepath.Join(dir, "flat", "broken.png"))
	assert.ErrorContains(t, err, "broken.png: ")
	_, _, err = ClassifyPictures(context.Background(), m, filepath.Join(dir, "nothing"))
	assert.ErrorContains(t, err, "there is no such picture or folder")
}

func TestClassifierChoosesByThePictures(t *testing.T) {
	var warned []string
	c := Classifier{Data: stripesFolders(t, 12, 30)}
	c.Warn = func(s string) { warned = append(warned, s) }
	task, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []int{19, 16, 1, 16, 60}, []int{c.Size, c.Width, c.Blocks, c.Batch, c.Budget.Epochs})
	assert.False(t, *c.Gray)
	assert.Contains(t, strings.Join(warned, ""), `10 pictures are to learn "upright" from: twenty of each class are a start`)
	assert.Contains(t, task.Plan(), "A residual network learns to tell 2 classes apart from 34 pictures of 19×19 pixels; 4 more choose its best weights, and 4 test them, ")
	c = Classifier{Data: stripesFolders(t, 30, 30), Gray: new(true), Size: 64, WeightDecay: new(0.0)}
	_, err = c.Prepare(context.Background())
	require.NoError(t, err)
	cfg := c.Model().Config()
	assert.Equal(t, []int{64, 1}, []int{cfg.Size, cfg.Channels})
	assert.Equal(t, -1.0, cfg.WeightDecay, "none")
}

func TestPicturesThatCannotBeClassified(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for want, c := range map[string]Classifier{
		"Data is missing: name the folder that has a folder":        {},
		"Size must be from 8 to 256, got 4":                         {Data: "x", Size: 4},
		"Holdout must be above 0 and at most 0.8, got 0":            {Data: "x", Holdout: new(0.0)},
		"Patience must not be negative":                             {Data: "x", Patience: new(-1)},
		"Augment must be from 0 to 0.8, got 0.9":                    {Data: "x", Augment: new(0.9)},
		"Mirror is one of the changes of pictures":                  {Data: "x", Augment: new(0.0), Mirror: true},
		"Dropout of 1: must be":                                     {Data: "x", Dropout: new(1.0)},
		"LabelSmoothing of -1: must be":                             {Data: "x", LabelSmoothing: new(-1.0)},
		"WeightDecay of -1: must be":                                {Data: "x", WeightDecay: new(-1.0)},
		"Width of -1: must be":                                      {Data: "x", Width: -1},
		"there is no such folder":                                   {Data: nowhere},
		"the pictures lie in no folders of their own":               {Data: facesFolder(t, 10)},
		`there is one class, "upright", and nothing to tell it fro`: {Data: stripesFolders(t, 10, 0)},
		`too few pictures of a class: "upright" has 4, and at leas`: {Data: stripesFolders(t, 4, 10)},
		"Batch must be at most 16, as many as there are pictures t": {Data: stripesFolders(t, 10, 10), Learning: Learning{Batch: 17}},
	} {
		_, err := c.Prepare(context.Background())
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "--", "flags are the command's")
		if strings.Contains(want, "no such") {
			assert.ErrorIs(t, err, fs.ErrNotExist)
		}
	}
	ended, end := context.WithCancel(context.Background())
	end()
	c := Classifier{Data: stripesFolders(t, 10, 10)}
	_, err := c.Prepare(ended)
	assert.ErrorIs(t, err, context.Canceled)
}

// A run that was stopped goes on to the same bits.
func TestResumedClassifierIsTheSame(t *testing.T) {
	dir := stripesFolders(t, 12, 12)
	run := func(out string, resume bool, steps int) *models.Classifier {
		c := Classifier{Data: dir, Width: 2, Size: 8, Mirror: true}
		c.Dir, c.Resume, c.Budget.Steps, c.CheckpointSteps, c.Schedule, c.LR, c.Samples = out, resume, steps, 2, Constant, 3e-3, 1
		_, err := c.Run(context.Background())
		require.NoError(t, err)
		return c.Model()
	}
	whole, parts := t.TempDir(), t.TempDir()
	want := run(whole, false, 6)
	run(parts, false, 3)
	got := run(parts, true, 6)
	x := make([]float32, 3*8*8)
	assert.Equal(t, want.Predict(x), got.Predict(x))
	assert.Equal(t, read(t, filepath.Join(whole, "model.safetensors")), read(t, filepath.Join(parts, "model.safetensors")))
}

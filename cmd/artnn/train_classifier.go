package main

import (
	"context"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/data"
	"github.com/org/artnn/recipe"
)

var _ = trainers.add(15, func() any {
	return &struct {
		Classifier trainClassifier `cmd:"" set:"time=none, but epochs by the number of pictures" help:"Train a network that tells pictures apart on a folder of folders."`
	}{}
})

// trainClassifier trains a network that tells pictures apart.
type trainClassifier struct {
	Data    string  `group:"data" conf:"free" placeholder:"DIR" help:"Folder that has a folder of pictures for each class, whose name is that of the class: PNG, JPEG, GIF, WebP, TIFF."`
	Size    int     `group:"data" placeholder:"N" help:"Width and height to scale and crop them to, 8 to 256 (default: by the pictures, at most 64)."`
	Gray    *bool   `group:"data" negatable:"" help:"Without colour (default: by the pictures)."`
	Fit     string  `group:"data" default:"cover" enum:"cover,contain,stretch" placeholder:"HOW" help:"What to do with pictures that are not square: ${enum} (default: ${default}, which crops)."`
	Mirror  bool    `group:"data" help:"Mirrored pictures are of the same class: show some mirrored."`
	Holdout float64 `group:"data" zero:"none" default:"0.2" placeholder:"X" help:"Share of each class held out, half to choose the best weights by and half to test them with (default: ${default})."`

	Width  int `group:"model" placeholder:"N" help:"Channels of the first stage (default: 16, from 2,000 pictures on 32)."`
	Blocks int `group:"model" default:"1" placeholder:"N" help:"Residual blocks in each stage (default: ${default})."`

	Augment        *float64 `group:"learning" placeholder:"X" help:"How many pictures are shown shifted, recoloured, partly cut out; 0 is none, at most 0.8 (default: 0.5)."`
	Dropout        *float64 `group:"learning" placeholder:"X" help:"Share of the features dropped in training (default: 0.2)."`
	LabelSmoothing *float64 `group:"learning" placeholder:"X" help:"Share of a target's probability given to all classes (default: 0.1)."`
	WeightDecay    *float64 `group:"learning" placeholder:"X" help:"How fast the weights shrink, by AdamW (default: 0.05)."`

	Patience int `group:"learning" conf:"free" zero:"any number" default:"0" placeholder:"N" help:"Epochs without progress that end the run; 0 is any number (default: ${default})."`

	trialFlags
	runFlags
}

// Help is shown by --help.
func (*trainClassifier) Help() string {
	return `Twenty pictures of each class are a start, a few hundred are good; at least 5 are needed. Of each class, a part chosen at random is held out. One half of that part chooses the weights that are kept, and the other half tests them at the end; report.html says which class was taken for which.

Examples:
  artnn train classifier --data animals -o run4
  artnn train classifier --data animals -o run4 --size 96 --mirror --time 1h
  artnn predict -m run4 --data new-pictures
  artnn eval -m run4 --data other-animals`
}

// recipe is what the flags say.
func (c *trainClassifier) recipe(con *console, k *kong.Context) *recipe.Classifier {
	return &recipe.Classifier{
		Data: c.Data, Size: c.Size, Gray: c.Gray, Fit: fits[c.Fit], Mirror: c.Mirror, Holdout: &c.Holdout,
		Width: c.Width, Blocks: c.Blocks, Augment: c.Augment, Dropout: c.Dropout, LabelSmoothing: c.LabelSmoothing,
		WeightDecay: c.WeightDecay, Patience: &c.Patience,
		Learning: c.learning(), Options: c.options(con, k),
	}
}

// fits are the ways to make pictures square by their names.
var fits = map[string]data.Fit{"cover": data.Cover, "contain": data.Contain, "stretch": data.Stretch}

// Run is the command.
func (c *trainClassifier) Run(ctx context.Context, con *console, k *kong.Context) error {
	if c.Data == "" {
		return usagef("the pictures are missing: name the folder that has a folder for each class with --data")
	}
	s := &session{runFlags: &c.runFlags, trial: &c.trialFlags, con: con, kong: k, name: "classes", things: "pictures", use: "artnn predict -m %s --data new-pictures"}
	r := c.recipe(con, k)
	release, err := s.begin(r.Check, &r.Options)
	if err != nil {
		return err
	}
	defer release()
	task, err := r.Prepare(ctx)
	if err != nil {
		return s.prepared(ctx, err)
	}
	c.Size, c.Gray, c.Width = r.Size, r.Gray, r.Width
	c.Augment, c.Dropout, c.LabelSmoothing, c.WeightDecay = r.Augment, r.Dropout, r.LabelSmoothing, r.WeightDecay
	c.chosen(r.Options, r.Learning)
	return do(ctx, s, task, r.Options)
}

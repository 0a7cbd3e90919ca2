package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// The recipe for features.
const (
	featuresEpochs = 40
	featuresBatch  = 64
	// featuresHeld is the share of the names whose drawings, in all styles, are held
	// out: styles draw a name much alike.
	featuresHeld = 0.1
)

// featuresFacts are what the file says of where it comes from.
var featuresFacts = map[string]string{
	"data":    "emoji of noto, noto-v1, fxemoji, twemoji and fluent-emoji-flat, npm @iconify-json; classes are the Unicode groups of npm unicode-emoji-json 0.9.0",
	"licence": "see NOTICE.md: Noto Emoji (c) Google Inc. and FxEmojis (c) Mozilla Foundation, Apache 2.0; Twemoji (c) Twitter, Inc and other contributors, CC BY 4.0; Fluent Emoji (c) Microsoft Corporation, MIT",
}

// featuresConfig has 72 features, so that a few hundred pictures are enough for their
// covariance. The size in the file is 380 kB.
var featuresConfig = models.ClassifierConfig{
	Size: emojiSide, Width: 18, Blocks: 1, Dropout: 0.2, LabelSmoothing: 0.1, Augment: 0.5, Mirror: true,
	LR: 3e-3, WeightDecay: 0.05, EMA: 0.999, Seed: seed,
}

// makeFeatures trains the network whose features measure pictures.
func makeFeatures(ctx context.Context, path string, o options) error {
	if o.emoji == "" || o.groups == "" {
		return errors.New("needs -emoji and -groups; see README.md")
	}
	all, unnamed, err := loadEmoji(o.emoji, o.groups)
	if err != nil {
		return err
	}
	learn, held := apart(all)
	var groups []string
	for _, e := range all {
		groups = append(groups, e.group)
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	fmt.Printf("features: %d drawings of %d groups to learn from, %d held out, %d without a group left out\n", len(learn), len(groups), len(held), unnamed)
	from, err := pictures(learn, groups)
	if err != nil {
		return err
	}
	test, err := pictures(held, groups)
	if err != nil {
		return err
	}
	if !o.measure {
		m, err := trainFeatures(ctx, from, test, groups)
		if err != nil {
			return err
		}
		if err := save(path, m, featuresFacts); err != nil {
			return err
		}
	}
	m, err := models.LoadAs[*models.Classifier](path) // as it is with rounded weights
	if err != nil {
		return err
	}
	measureFeatures(m, from, test)
	return nil
}

// apart holds out all drawings of some names.
func apart(all []emoji) (learn, held []emoji) {
	var names []string
	for _, e := range all {
		names = append(names, e.base)
	}
	names = slices.Compact(names) // they are sorted
	out := map[string]bool{}
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(names))[:int(featuresHeld*float64(len(names)))] {
		out[names[i]] = true
	}
	for _, e := range all {
		if out[e.base] {
			held = append(held, e)
		} else {
			learn = append(learn, e)
		}
	}
	return learn, held
}

// trainFeatures returns a trained network.
func trainFeatures(ctx context.Context, from, test *data.Images, groups []string) (*models.Classifier, error) {
	loader, err := from.Loader(data.LoaderOptions{BatchSize: featuresBatch, Shuffle: true, DropLast: true, Seed: seed})
	if err != nil {
		return nil, err
	}
	cfg := featuresConfig
	cfg.Classes = groups
	m, err := models.NewClassifier(cfg)
	if err != nil {
		return nil, err
	}
	steps := featuresEpochs * loader.Len()
	trainer := train.Trainer[data.ImageBatch]{
		Models:   map[string]train.Model{"features": m},
		Data:     loader,
		Budget:   train.Budget{Steps: steps},
		Schedule: holdThenFall{LR: cfg.LR, Hold: steps / 10, Total: steps},
		Step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: m.Step(b.Pixels, b.Labels)}}, nil
		},
		Validate: func(context.Context) (train.Metrics, error) {
			return train.Metrics{{Name: "held-out accuracy", Value: accuracy(m, test)}}, nil
		},
		ValidateEvery: 2 * loader.Len(),
		Callbacks:     []train.Callback{show("features")},
	}
	return m, whole(trainer.Run(ctx))
}

// accuracy is the share of pictures whose class is told right.
func accuracy(m *models.Classifier, pictures *data.Images) float64 {
	right := 0
	for i := range pictures.Len() {
		if m.Classify(pictures.At(i))[0] == pictures.Labels[i] {
			right++
		}
	}
	return float64(right) / float64(pictures.Len())
}

// measureFeatures prints how well groups are told, one by one.
func measureFeatures(m *models.Classifier, from, test *data.Images) {
	fmt.Printf("told right: %.1f %% of those learned from, %.1f %% of those held out\n", 100*accuracy(m, from), 100*accuracy(m, test))
	for c, name := range test.Classes {
		right, all := 0, 0
		for i, label := range test.Labels {
			if int(label) != c {
				continue
			}
			all++
			if int(m.Classify(test.At(i))[0]) == c {
				right++
			}
		}
		fmt.Printf("  %-20s %3d of %3d\n", name, right, all)
	}
}

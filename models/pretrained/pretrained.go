// Package pretrained holds three small models that serve at once, without
// training and without a download: one draws faces, one writes poems, one sees what
// pictures have in common.
//
//	gan, err := pretrained.Faces()
//	if err != nil {
//		return err
//	}
//	sheet := data.GridOf(gan.Images(64, 1), data.GridOptions{Scale: 4})
//	err = data.WritePNG("faces.png", sheet)
//
// It is a package of its own so that programs with their own models do not carry
// its 2.2 MB. Each call loads a model anew, in a few milliseconds; it is the
// caller's own.
//
// NOTICE.md says what the models learned from and under which licences they may
// be passed on; _make/README.md says how they were made and how good they are.
package pretrained

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/org/artnn/models"
)

//go:embed faces.safetensors quatrains.safetensors features.safetensors NOTICE.md
var files embed.FS

// Files are the models' files, faces.safetensors, quatrains.safetensors and
// features.safetensors, and NOTICE.md, which must go with them.
func Files() fs.FS { return files }

// Faces is a generator of 16×16 RGB pixel-art faces, such as samples.Faces has.
// It was saved with [models.ForInference]: it has no discriminator.
//
// Errors: an option that does not fit.
func Faces(options ...models.LoadOption) (*models.GAN, error) {
	return open[*models.GAN]("faces.safetensors", options)
}

// Quatrains is a writer of classical Chinese poems of four times seven
// characters, such as samples.Quatrains has, in traditional characters.
//
// A poem of its own begins after a line end and takes 33 characters:
//
//	poem, err := writer.Generate("\n", 33, generate.Temperature(0.8), generate.TopP(0.9), generate.Seed(1))
//
// Any beginning of a poem does as well. More characters give more poems, with
// blank lines between. In a prompt, □ stands for a character that it does not
// know; it writes none. Its weights are of 8 bits, as [models.Quantize] makes them: it
// does not learn on.
//
// Errors: as Faces.
func Quatrains(options ...models.LoadOption) (*models.GPT, error) {
	return open[*models.GPT]("quatrains.safetensors", options)
}

// Features is a network whose features measure pictures: in measure.NetworkFeatures it
// makes vectors of them in which distance means difference to the eye. It has learned
// to tell the nine groups that Unicode puts emoji into, in five styles of drawing, at
// 64×64 RGB. It tells drawn things, not photographs, and knows no words for them.
//
// Errors: as Faces.
func Features(options ...models.LoadOption) (*models.Classifier, error) {
	return open[*models.Classifier]("features.safetensors", options)
}

func open[M models.Model](name string, options []models.LoadOption) (M, error) {
	var none M
	m, err := models.LoadFS(files, name, options...)
	if err != nil {
		return none, fmt.Errorf("pretrained: %w", err)
	}
	as, ok := m.(M)
	if !ok {
		return none, fmt.Errorf("pretrained: %s: holds a %T, not a %T", name, m, none)
	}
	return as, nil
}

package recipe

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
)

// PicturePrediction is what a network takes a picture for.
type PicturePrediction struct {
	File    string // within the folder, or the path of a single picture
	Classes []ClassProbability
}

// ClassProbability is a class and how probable it is.
type ClassProbability struct {
	Class       string
	Probability float64
}

// ClassifyPictures classifies a picture, or all those of a folder and its subfolders, in
// the order of their paths. Classes are those of the network, the most probable first.
// Files of the folder that cannot be read are passed over and listed.
//
// Errors: no such file or folder; a file that is no picture; a folder without one; an
// ended context.
func ClassifyPictures(ctx context.Context, m *models.Classifier, path string) (out []PicturePrediction, skipped []data.Skipped, err error) {
	size := pictureSize(m)
	o := data.ImageOptions{Width: size.Width, Height: size.Height, Gray: size.Channels == 1}
	if size.Channels > 3 {
		return nil, nil, fmt.Errorf("the model takes pictures with %d channels, and files are read as 1 or 3", size.Channels)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, missing(err, path, "picture or folder")
	}
	if !info.IsDir() {
		pixels, err := readPicture(path, o)
		if err != nil {
			return nil, nil, err
		}
		return []PicturePrediction{{path, ranked(m, m.Predict(pixels))}}, nil, nil
	}
	pictures, err := data.LoadImages(ctx, path, o)
	if err != nil {
		return nil, nil, err
	}
	for part := range slices.Chunk(measure.Spaced(pictures.Len(), pictures.Len()), classifyBatch) {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		p := m.Predict(pictures.Batch(part).Pixels)
		for i, row := range rows(p, len(m.Config().Classes)) {
			out = append(out, PicturePrediction{pictures.Files[part[i]], ranked(m, row)})
		}
	}
	return out, pictures.Skipped, nil
}

// readPicture reads a picture's file.
func readPicture(path string, o data.ImageOptions) ([]float32, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	pixels, err := data.DecodeImage(f, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return pixels, nil
}

// ranked are the classes by their probabilities, equal ones in the network's order.
func ranked(m *models.Classifier, probabilities []float32) []ClassProbability {
	out := make([]ClassProbability, len(probabilities))
	for i, p := range probabilities {
		out[i] = ClassProbability{m.Config().Classes[i], float64(p)}
	}
	slices.SortStableFunc(out, func(a, b ClassProbability) int { return cmp.Compare(b.Probability, a.Probability) })
	return out
}

// WriteClasses writes predictions as CSV: a picture's file, its most probable class
// with its probability, and the probabilities of all classes, sorted by name.
//
// Errors: those of w.
func WriteClasses(w io.Writer, predictions []PicturePrediction) error {
	c := csv.NewWriter(w)
	for i, p := range predictions {
		byName := slices.SortedFunc(slices.Values(p.Classes), func(a, b ClassProbability) int { return cmp.Compare(a.Class, b.Class) })
		if i == 0 {
			names := []string{"file", "predicted", "probability"}
			for _, k := range byName {
				names = append(names, "probability of "+k.Class)
			}
			if err := c.Write(names); err != nil {
				return err
			}
		}
		row := []string{p.File, p.Classes[0].Class, decimals(p.Classes[0].Probability)}
		for _, k := range byName {
			row = append(row, decimals(k.Probability))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func decimals(p float64) string { return strconv.FormatFloat(p, 'f', 4, 64) }

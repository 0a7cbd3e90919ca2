package recipe

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/tabular"
)

// ClassScores say how well a network tells pictures apart.
type ClassScores struct {
	Pictures int
	Accuracy float64 // share put in the right class
	LogLoss  float64 // mean −ln of the right class's probability
	// Commonest is the share of the class with the most pictures: the accuracy of
	// naming it always.
	Commonest float64
	Classes   []string
	// Labels and Guesses are the classes of the pictures and what the network took
	// them for: places in Classes.
	Labels, Guesses []int32
	Files           []string // of the pictures; nil if they come from none
}

// Confusion says which class was taken for which; the rarest are counted together
// where there are many.
func (s ClassScores) Confusion() tabular.Confusion { return s.table().Confusion(mostClasses) }

// Picture is [ClassScores.Confusion] for a terminal.
func (s ClassScores) Picture() string { return s.table().Picture() }

func (s ClassScores) table() tabular.Evaluation {
	return tabular.Evaluation{
		Rows: s.Pictures, Target: tabular.Target{Name: "class", Kind: table.Category, Classes: s.Classes},
		Labels: s.Labels, Guesses: s.Guesses,
	}
}

// ScorePictures measures a network on the pictures of a folder of folders, whose names
// are those of its classes. Pictures in other folders are left out, and counted.
//
// Errors: a folder that is not there, or none of whose folders has the name of a class;
// an ended context.
func ScorePictures(ctx context.Context, m *models.Classifier, dir string) (s ClassScores, leftOut int, err error) {
	pictures, err := picturesFor(ctx, dir, pictureSize(m))
	if err != nil {
		return s, 0, err
	}
	classes := m.Config().Classes
	var known []int
	for i, label := range pictures.Labels {
		class := slices.Index(classes, pictures.Classes[label])
		pictures.Labels[i] = int32(class)
		if class >= 0 {
			known = append(known, i)
		}
	}
	if known == nil {
		return s, 0, fmt.Errorf("%s: none of its folders has the name of a class: the network knows %s", dir, words.Few(classes))
	}
	s, err = scoreClasses(ctx, m, pictures, known)
	s.Classes = classes
	return s, pictures.Len() - len(known), err
}

// pictureSize is that of the pictures that a classifier takes.
func pictureSize(m *models.Classifier) models.PictureSize {
	channels, height, width := m.Size()
	return models.PictureSize{Channels: channels, Height: height, Width: width}
}

// picturesFor reads a folder for a network that takes pictures of a size.
func picturesFor(ctx context.Context, dir string, size models.PictureSize) (*data.Images, error) {
	pictures, err := data.LoadImages(ctx, dir, data.ImageOptions{Width: size.Width, Height: size.Height, Gray: size.Channels == 1})
	if err != nil {
		return nil, missing(err, dir, "folder")
	}
	if pictures.Channels != size.Channels {
		return nil, fmt.Errorf("%s: its pictures have %s, the model's have %d", dir, words.Count(pictures.Channels, "channel"), size.Channels)
	}
	return pictures, nil
}

// scoreClasses measures a network on some pictures.
func scoreClasses(ctx context.Context, m *models.Classifier, pictures *data.Images, places []int) (ClassScores, error) {
	classes := len(m.Config().Classes)
	s := ClassScores{Pictures: len(places), Classes: m.Config().Classes}
	counts, right := make([]int, classes), 0
	for part := range slices.Chunk(places, classifyBatch) {
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		b := pictures.Batch(part)
		for i, p := range slices.Collect(slices.Chunk(m.Predict(b.Pixels), classes)) {
			label := b.Labels[i]
			guess := int32(slices.Index(p, slices.Max(p)))
			if guess < 0 { // NaN
				guess = 0
			}
			if guess == label {
				right++
			}
			counts[label]++
			s.LogLoss -= math.Log(max(float64(p[label]), math.SmallestNonzeroFloat32)) / float64(len(places))
			s.Labels, s.Guesses = append(s.Labels, label), append(s.Guesses, guess)
			if pictures.Files != nil {
				s.Files = append(s.Files, pictures.Files[part[i]])
			}
		}
	}
	s.Accuracy, s.Commonest = float64(right)/float64(len(places)), float64(slices.Max(counts))/float64(len(places))
	return s, nil
}

// outcome is the scores for the end of a run and its report.
func (s ClassScores) outcome() Outcome {
	c := s.Confusion()
	facts := report.Facts{
		Title: "Test",
		Settings: []report.Setting{
			{Name: "network", Value: fmt.Sprintf("accuracy %.2f %%, log loss %.4f", 100*s.Accuracy, s.LogLoss)},
			{Name: "commonest class", Value: fmt.Sprintf("accuracy %.2f %%", 100*s.Commonest)},
		},
		Matrix: &report.Matrix{Down: "is", Across: "taken for", Rows: c.Classes, Columns: c.Classes, Counts: c.Counts},
		Remark: "Measured on pictures that the network neither learned from nor was chosen by. In the table each row is what the pictures are, each column what they were taken for: what is off the diagonal was mistaken.",
	}
	return Outcome{
		Text:  fmt.Sprintf("Of the test pictures %.1f %% are told right; naming the commonest class would be right for %.1f %%.", 100*s.Accuracy, 100*s.Commonest),
		Facts: []report.Facts{facts},
	}
}

package recipe

import (
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/org/artnn/data"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

const samplePrefix = "step-"

// sampling takes samples over a run, into the folder of samples.
func (s *session[B]) sampling() train.Callback {
	every := train.EveryShare(s.o.Samples, func(e train.Event) error {
		if s.Sample == nil {
			return nil
		}
		sample, err := s.Sample()
		if errors.Is(err, generate.ErrDiverged) {
			return &train.NonFiniteError{Step: e.Step, Tensor: "the model's output"}
		}
		if err != nil {
			return err
		}
		sample.Step = e.Step
		path := s.run.Path("samples", fmt.Sprintf("%s%09d", samplePrefix, e.Step))
		if sample.Image != nil {
			err = data.WritePNG(path+".png", sample.Image)
		} else {
			err = s.run.Write(path+".txt", func(w io.Writer) error {
				_, err := io.WriteString(w, sample.Text+"\n")
				return err
			})
		}
		if err == nil && s.o.OnSample != nil {
			err = s.o.OnSample(sample)
		}
		return err
	})
	return &samplingFrom{every.(train.Stateful), s.run.Samples()}
}

// samplingFrom removes, when a run goes on from a checkpoint, the samples that
// were taken after it.
type samplingFrom struct {
	train.Stateful
	dir string
}

func (s *samplingFrom) Begin(e train.Event) error {
	paths, err := samplePaths(s.dir)
	if err != nil {
		return err
	}
	for _, p := range paths {
		if p.step > e.Step {
			if err := os.Remove(p.path); err != nil {
				return err
			}
		}
	}
	return s.Stateful.Begin(e)
}

type samplePath struct {
	path string
	step int
}

// samplePaths are the samples in a folder, oldest first.
func samplePaths(dir string) (paths []samplePath, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name()))
		digits, ok := strings.CutPrefix(name, samplePrefix)
		if step, err := strconv.Atoi(digits); ok && err == nil { // and not "step-1 (copy)"
			paths = append(paths, samplePath{filepath.Join(dir, e.Name()), step})
		}
	}
	slices.SortFunc(paths, func(a, b samplePath) int { return a.step - b.step })
	return paths, nil
}

// mostShown bounds the samples in a report: each may be a hundred kilobytes.
const mostShown = 24

// readSamples reads the samples of a run for its report, at most mostShown of
// them, evenly chosen with the last among them.
func readSamples(dir string) (samples []report.Sample, err error) {
	paths, err := samplePaths(dir)
	if err != nil {
		return nil, err
	}
	for i, p := range paths {
		if n := len(paths); n > mostShown && (n-1-i)*mostShown/n == (n-i)*mostShown/n && i < n-1 {
			continue
		}
		sample, err := readSample(p)
		if err != nil {
			return nil, err
		}
		samples = append(samples, sample)
	}
	return samples, nil
}

func readSample(p samplePath) (s report.Sample, err error) {
	s.Caption = "after " + words.Count(p.step, "step")
	f, err := regular.Open(p.path)
	if err != nil {
		return s, err
	}
	defer f.Close()
	if filepath.Ext(p.path) == ".png" {
		s.Image, err = png.Decode(f)
	} else {
		var text []byte
		text, err = io.ReadAll(io.LimitReader(f, 1<<20))
		s.Text = strings.TrimSpace(string(text))
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", p.path, err)
	}
	return s, err
}

package recipe

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/recipe/rundir"
)

// Sheet is a sheet of pictures that was made while a network learned.
type Sheet struct {
	Step    int
	Picture image.Image
}

// mostSheetPixels bounds the memory for all sheets of a run together, four bytes for
// each pixel.
const mostSheetPixels = 4 * data.MaxGridPixels

// Sheets reads the samples of a run of pictures, oldest first: all or, if there are
// more than most, as many evenly chosen with the last among them. Those that are not
// of the size of the last, because the run was resumed with another, are left out.
//
// Errors: a folder without samples, or whose samples are texts; sheets that are broken
// or too large; an ended context.
func Sheets(ctx context.Context, dir string, most int) ([]Sheet, error) {
	paths, err := samplePaths(rundir.At(dir).Samples())
	if err != nil {
		return nil, missing(err, dir, "run with samples")
	}
	texts := false
	pictures := paths[:0]
	for _, p := range paths {
		if filepath.Ext(p.path) == ".png" {
			pictures = append(pictures, p)
		} else {
			texts = true
		}
	}
	switch {
	case len(pictures) == 0 && texts:
		return nil, fmt.Errorf("%s: the samples of this run are texts, not pictures", dir)
	case len(pictures) == 0:
		return nil, fmt.Errorf("%s: the run has no samples", dir)
	}
	n := min(most, len(pictures))
	var sheets []Sheet
	pixels := 0
	for i := n - 1; i >= 0; i-- { // the last first: it says the size
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := len(pictures) - 1 - (n-1-i)*len(pictures)/n
		m, err := readSheet(ctx, pictures[at].path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pictures[at].path, err)
		}
		if len(sheets) > 0 && m.Bounds().Size() != sheets[0].Picture.Bounds().Size() {
			continue
		}
		if pixels += m.Bounds().Dx() * m.Bounds().Dy(); pixels > mostSheetPixels {
			return nil, fmt.Errorf("%s: its samples have more than %d pixels together", dir, mostSheetPixels)
		}
		sheets = append(sheets, Sheet{pictures[at].step, m})
	}
	slices.Reverse(sheets)
	return sheets, nil
}

func readSheet(ctx context.Context, path string) (image.Image, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const mostBytes = 4 * data.MaxGridPixels // a sheet that does not compress at all
	file, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(file) > mostBytes:
		return nil, errors.New("the file is too large for a sheet")
	}
	opened, err := imagefile.Open(file, data.MaxGridPixels)
	if err != nil {
		return nil, err
	}
	p, err := opened.Decode(ctx)
	return p.Image, err
}

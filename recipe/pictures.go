package recipe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/artnn/data"
)

const (
	fewestPictures = 2
	fewPictures    = 50
	smallestSize   = 4
	largestSize    = 64  // unless asked for; dense networks grow with the square
	mostSize       = 256 // beyond it a dense network needs gigabytes
	probed         = 200 // pictures whose sizes are looked at
)

// load gives the pictures, once size and colour are settled.
func (c *Images) load(ctx context.Context) (pictures *data.Images, err error) {
	if pictures = c.Pictures; pictures == nil {
		if pictures, err = c.read(ctx); err != nil {
			return nil, missing(err, c.Data, "folder")
		}
	}
	c.Size, c.Gray = pictures.Width, new(pictures.Channels == 1)
	c.say(pictures.Summary())
	switch n := pictures.Len(); {
	case n < fewestPictures:
		return nil, named(c.Data, errors.New("one picture is not enough to learn from: a hundred of one kind are a start"))
	case n < fewPictures:
		c.warn(fmt.Sprintf("%d pictures are few: the network may overfit; a hundred are a start, and mirroring doubles them", n))
	}
	return pictures, nil
}

// read reads the folder.
func (c *Images) read(ctx context.Context) (*data.Images, error) {
	return folder{dir: c.Data, size: c.Size, smallest: smallestSize, gray: c.Gray, fit: c.Fit}.read(ctx)
}

// folder is a folder of pictures, and what they are to become.
type folder struct {
	dir      string
	size     int // of both sides; 0 is by the pictures, from smallest to largestSize
	smallest int
	gray     *bool // nil is by the pictures
	fit      data.Fit
}

func (f folder) read(ctx context.Context) (*data.Images, error) {
	options := data.ImageOptions{Size: f.size, Fit: f.fit}
	if f.size == 0 {
		side, err := typicalSide(ctx, f.dir)
		if err != nil {
			return nil, err
		}
		options.Size = min(max(f.smallest, side), largestSize)
	}
	if f.gray == nil {
		options.Limit = probed
		some, err := data.LoadImages(ctx, f.dir, options)
		if err != nil {
			return nil, err
		}
		options.Gray, options.Limit = isGray(some), 0
	} else {
		options.Gray = *f.gray
	}
	return data.LoadImages(ctx, f.dir, options)
}

// typicalSide is the median of the shorter sides of some pictures in a folder.
func typicalSide(ctx context.Context, dir string) (int, error) {
	sizes, err := data.ImageSizes(ctx, dir, probed)
	if err != nil || len(sizes) == 0 { // the loader tells what is there
		return largestSize, ctx.Err()
	}
	sides := make([]int, len(sizes))
	for i, s := range sizes {
		sides[i] = min(s.X, s.Y)
	}
	slices.Sort(sides)
	return sides[len(sides)/2], nil
}

// isGray tells whether no picture has a colour.
func isGray(pictures *data.Images) bool {
	for i := range pictures.Len() {
		p := pictures.At(i)
		n := len(p) / pictures.Channels
		for c := 1; c < pictures.Channels; c++ {
			if !slices.Equal(p[:n], p[c*n:(c+1)*n]) {
				return false
			}
		}
	}
	return true
}

// pictureLoader gives batches of pictures, mirrored ones among them if wanted.
func pictureLoader(pictures *data.Images, mirror bool, o data.LoaderOptions) (*data.Loader[data.ImageBatch], error) {
	n, examples := pictures.Len(), pictures.Len()
	if mirror {
		examples *= 2
	}
	if o.BatchSize > examples {
		return nil, &ConfigError{"Batch", fmt.Sprintf("must be at most %d, as many as there are examples, got %d", examples, o.BatchSize)}
	}
	if !mirror {
		return pictures.Loader(o)
	}
	return data.NewIndexLoader(examples, func(indices []int) data.ImageBatch {
		plain := make([]int, len(indices))
		for i, at := range indices {
			plain[i] = at % n
		}
		b := pictures.Batch(plain)
		size := len(b.Pixels) / b.N
		for i, at := range indices {
			if at < n {
				continue
			}
			for row := range slices.Chunk(b.Pixels[i*size:(i+1)*size], b.Width) {
				slices.Reverse(row)
			}
		}
		return b
	}, o)
}

package data

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/internal/words"
)

// ErrNoImages is wrapped by the error for a folder without a picture to use.
var ErrNoImages = errors.New("no pictures")

// LoadImages reads every picture under a folder: PNG, JPEG, GIF, WebP and TIFF
// (the first frame or page), subfolders included, in the order of their paths.
//
// Each is turned upright by its EXIF orientation, laid over the background,
// and scaled and cropped to the size asked for. The result depends on the files
// and the options alone, not on how many are decoded at a time. Files that
// cannot be read are skipped and listed in [Images.Skipped]. The name of the
// subfolder a picture lies in is its class.
//
// It differs from torchvision's ImageFolder: values are in [−1, 1] as a
// generator's tanh makes them, not in [0, 1], and a folder needs no subfolders.
//
// Memory: width·height·channels bytes for each picture.
//
// Errors: no such folder; none of its files is a picture, or none can be read
// ([ErrNoImages]); sizes that are not positive; ctx cancelled.
func LoadImages(ctx context.Context, dir string, o ImageOptions) (*Images, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("load images: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("load images: %s is a file; give the folder it is in", dir)
	}
	return loadImages(ctx, os.DirFS(dir), dir, o)
}

// LoadImagesFS is [LoadImages] for any file system: an embedded one, a zip
// archive, a subfolder.
func LoadImagesFS(ctx context.Context, fsys fs.FS, o ImageOptions) (*Images, error) {
	return loadImages(ctx, fsys, ".", o)
}

// ImageSizes are the widths and heights of the first pictures under a folder, at
// most limit of them, in the order in which [LoadImages] reads them. Headers alone
// are read, and believed: sizes are as stored, not turned upright. Files that are
// no pictures are passed over.
//
// Errors: no such folder; ctx cancelled.
func ImageSizes(ctx context.Context, dir string, limit int) (sizes []image.Point, err error) {
	fsys := os.DirFS(dir)
	found, err := walk(ctx, fsys, imagefile.Extensions)
	if err != nil {
		return nil, fmt.Errorf("image sizes: %s: %w", dir, err)
	}
	for _, name := range found.files {
		if len(sizes) >= limit || ctx.Err() != nil {
			break
		}
		if f, err := fsys.Open(name); err == nil {
			w, h, err := imagefile.Size(f)
			f.Close()
			if err == nil && w > 0 && h > 0 {
				sizes = append(sizes, image.Pt(w, h))
			}
		}
	}
	return sizes, ctx.Err()
}

func loadImages(ctx context.Context, fsys fs.FS, shown string, o ImageOptions) (*Images, error) {
	o, err := o.normalised()
	if err != nil {
		return nil, fmt.Errorf("load images: %w", err)
	}
	found, err := walk(ctx, fsys, imagefile.Extensions)
	if err != nil {
		return nil, fmt.Errorf("load images: %s: %w", shown, err)
	}
	files := found.files
	if o.Limit > 0 && len(files) > o.Limit {
		files = files[:o.Limit]
	}
	pixels, errs, err := decodeAll(ctx, fsys, files, o)
	if err != nil {
		return nil, fmt.Errorf("load images: %s: %w", shown, err)
	}

	m := &Images{Width: o.Width, Height: o.Height, Channels: o.channels(), Skipped: found.skipped, Ignored: found.ignored}
	classes := map[string]int32{}
	for i, name := range files {
		if errs[i] != nil {
			m.Skipped = append(m.Skipped, Skipped{name, errs[i]})
			continue
		}
		class, _, inFolder := strings.Cut(name, "/")
		if !inFolder {
			class = ""
		}
		label, known := classes[class]
		if !known { // paths are sorted, so classes are numbered in a fixed order
			label = int32(len(m.Classes))
			classes[class] = label
			m.Classes = append(m.Classes, class)
		}
		m.Files = append(m.Files, name)
		m.Labels = append(m.Labels, label)
		m.pixels = append(m.pixels, pixels[i])
	}
	slices.SortStableFunc(m.Skipped, func(a, b Skipped) int { return strings.Compare(a.Path, b.Path) })
	if m.Len() == 0 {
		return nil, noImages(shown, m)
	}
	return m, nil
}

// noImages explains why nothing came of a folder.
func noImages(shown string, m *Images) error {
	if len(m.Skipped) == 0 {
		return fmt.Errorf("load images: %w in %s or its subfolders: looked for %s, found %s of other kinds",
			ErrNoImages, shown, strings.Join(imagefile.Extensions, " "), words.Count(m.Ignored, "file"))
	}
	var b strings.Builder
	const shownReasons = 5
	for i, s := range m.Skipped {
		if i == shownReasons {
			fmt.Fprintf(&b, "\n  and %d more", len(m.Skipped)-i)
			break
		}
		fmt.Fprintf(&b, "\n  %s: %v", path.Join(shown, s.Path), s.Err)
	}
	return fmt.Errorf("load images: %w in %s that can be read:%s", ErrNoImages, shown, b.String())
}

// decodeAll decodes files several at a time. Results go to their file's place,
// so the order of work does not show.
func decodeAll(ctx context.Context, fsys fs.FS, files []string, o ImageOptions) (pixels [][]byte, errs []error, err error) {
	pixels, errs = make([][]byte, len(files)), make([]error, len(files))
	var (
		next     atomic.Int64
		huge     sync.Mutex // held while a very large picture is in memory
		progress sync.Mutex
		done     int
		workers  sync.WaitGroup
	)
	for range min(o.Workers, len(files)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return
				}
				pixels[i], errs[i] = readImageFS(ctx, fsys, files[i], o, &huge)
				if o.Progress != nil {
					progress.Lock()
					done++
					o.Progress(done, len(files))
					progress.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return pixels, errs, ctx.Err()
}

package tensorboard

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strconv"
)

// Image logs pictures of one size side by side under a tag.
//
// Errors: no picture; sizes that differ or are zero; those of [Writer.Scalar].
func (w *Writer) Image(step int, tag string, pictures ...image.Image) error {
	if len(pictures) == 0 {
		return fmt.Errorf("tensorboard: %s at step %d: there is no picture", tag, step)
	}
	size := pictures[0].Bounds().Size()
	var encoded [][]byte
	for i, p := range pictures {
		if s := p.Bounds().Size(); s != size {
			return fmt.Errorf("tensorboard: %s at step %d: picture %d is %d×%d, the first %d×%d; log each size under a tag of its own",
				tag, step, i+1, s.X, s.Y, size.X, size.Y)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, p); err != nil {
			return fmt.Errorf("tensorboard: %s at step %d: picture %d: %w", tag, step, i+1, err)
		}
		encoded = append(encoded, b.Bytes())
	}
	return w.encoded(step, tag, size, encoded)
}

// encoded logs PNG files. The plugin's tensor has width, height, then each.
func (w *Writer) encoded(step int, tag string, size image.Point, files [][]byte) error {
	values := [][]byte{[]byte(strconv.Itoa(size.X)), []byte(strconv.Itoa(size.Y))}
	values = append(values, files...)
	return w.tensor(step, tag, images, stringTensor(values, len(values)))
}

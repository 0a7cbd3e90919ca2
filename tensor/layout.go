package tensor

import "github.com/org/artnn/backend"

// Convolutions read and write the channels of a pixel together: pictures
// [N, C, H, W] whose memory is [N, H, W, C]. Element by element, results keep that
// order, so that pictures are not moved from one to the other on the way through a
// network.

// channelsLast reports whether v lies so without gaps, and not in row-major order.
func channelsLast(v *backend.View) bool {
	if v.Rank != 4 || v.Shape[1] < 2 || v.Strides[1] != 1 {
		return false
	}
	p := pixels(*v)
	return p.Contiguous() && !v.Contiguous()
}

// pixels is a view [N, C, H, W] as [N, H, W, C].
func pixels(v backend.View) backend.View {
	s, t := v.Shape, v.Strides
	v.Shape = [backend.MaxRank]int{s[0], s[2], s[3], s[1]}
	v.Strides = [backend.MaxRank]int{t[0], t[2], t[3], t[1]}
	return v
}

// allocPixels makes pictures [n, c, h, w] in the order of pixels.
func allocPixels(tape *Tape, be backend.Backend, n, c, h, w int) *Tensor {
	shape := [4]int{n, h, w, c}
	t := alloc(tape, be, shape[:])
	s, strides := t.view.Shape, t.view.Strides
	t.view.Shape = [backend.MaxRank]int{s[0], s[3], s[1], s[2]}
	t.view.Strides = [backend.MaxRank]int{strides[0], strides[3], strides[1], strides[2]}
	return t
}

// allocBeside makes a tensor of another size in the order of t.
func (t *Tensor) allocBeside(tape *Tape, shape []int) *Tensor {
	if channelsLast(&t.view) {
		return allocPixels(tape, t.be, shape[0], shape[1], shape[2], shape[3])
	}
	return alloc(tape, t.be, shape)
}

// allocAs makes a tensor of a shape in the order of pixels if one of the operands is
// in it, which have that shape; the operands, and the view of the result, become
// views in the order of memory.
func allocAs(tape *Tape, be backend.Backend, shape []int, operands ...*backend.View) (y *Tensor, view backend.View) {
	for _, v := range operands {
		if channelsLast(v) {
			y = allocPixels(tape, be, shape[0], shape[1], shape[2], shape[3])
			for _, v := range operands {
				*v = pixels(*v)
			}
			return y, pixels(y.view)
		}
	}
	y = alloc(tape, be, shape)
	return y, y.view
}

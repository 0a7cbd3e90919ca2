package backend

// Conv says how the windows of a two-dimensional convolution lie on an image. With
// x [N, C, H, W], w [O, C/Groups, KH, KW] and y [N, O, OH, OW] it is
//
//	y[n, o, i, j] = Σ x[n, c, i·Stride[0] + a·Dilation[0] − Pad[0], j·Stride[1] + b·Dilation[1] − Pad[1]] · w[o, c, a, b]
//
// over taps a, b and the channels c of o's group. Taps outside the image add
// nothing, or 0·w, which differs only if w is infinite or NaN.
//
// A backend may compute windows of 3×3 taps at stride 1, and of 4×4 at stride 2, from
// fewer multiplications than that. Errors then are at most eight times those of the
// sum above, of the largest sum of absolute terms that a neighbour of the result has;
// infinity may come out as NaN, and in the gradient of weights may reach other taps of
// the same channels.
//
// All sizes are those of the views. Padding at the bottom and on the right, and the
// output padding of a transposed convolution, change sizes only: they are not here.
type Conv struct {
	Stride   [2]int // pixels from one window to the next, down and across; at least 1
	Dilation [2]int // pixels from one tap to the next, likewise
	Pad      [2]int // pixels of the first window above the image and left of it; at least 0
	Groups   int    // divides channels into groups that do not mix; divides C and O
}

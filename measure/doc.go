// Package measure says how near generated pictures are to real ones.
//
// Two kinds of measures compare two equally large sets of pictures:
//
//   - on the pictures themselves: [SlicedWasserstein];
//   - on features, vectors that a network makes of pictures: [Frechet],
//     [ExtrapolatedFrechet], [Kernel] and, by the nearest neighbours of each,
//     [ByNeighbours] with precision, recall, density and coverage.
//
// Most of them depend on the number of pictures, and even two halves of the real
// ones have a distance above zero. A value means something only beside that of
// real pictures to real pictures at the same count, which [Compare] measures.
// What generated pictures have above it is what is left to learn.
//
// # Which one
//
// The sliced Wasserstein distance needs no network, and tells by level whether
// large shapes or fine texture are wrong. The Fréchet distance is the usual
// one, and is biased upward where pictures are few; the kernel distance has no
// bias, and suits a few hundred. Precision falls where pictures are not of the
// kind, recall where some kinds are missing; density and coverage say the same
// and are more robust against outliers. None of them punishes copies of real
// pictures: look at their distance to [Nearest].
//
// # Features
//
// Features are vectors in which distance means difference to the eye. Any function
// makes them; [NetworkFeatures] takes the values inside a network, such as that of
// models/pretrained, of pictures of any size. Values of two networks cannot be
// compared.
//
// # Input
//
// A set is a slice of pictures or of vectors, all of one length, which nothing
// here changes. Where one of the numbers is NaN or infinite, the results are NaN.
// Sets that are empty or of uneven length are programming errors and panic with a
// [*tensor.ShapeError]. What may take more than a moment takes a context, and returns
// its error if it ends; the result is then of no use. Equal sets and seeds give equal bits, at any number of
// threads.
package measure

// Package data turns folders of pictures, files of text and tables into the
// batches that models train on, and turns what they make back into pictures.
//
// It knows nothing of tensors: numbers are []float32 and []int32 in row-major
// order, pictures are image.Image, and a batch carries its sizes beside them.
//
// # Pictures
//
// A batch of pictures is laid out NCHW: picture, channel, row, column. That is
// what convolutions and PyTorch weights expect. Values run from −1 (black) to
// 1 (full), the range of a generator that ends in tanh:
//
//	value = byte/127.5 − 1
//
// [LoadImages] reads a folder, [Images] holds the result, [ToImage], [Grid]
// and [WritePNG] go the other way.
//
// # Text
//
// [ReadText] and [LoadText] insist on UTF-8; [Lines] and [Paragraphs] cut it
// up. Once a vocabulary has made token ids of it, [Windows], [RandomWindows]
// and [Streams] make inputs and targets, the targets being the inputs one
// token later.
//
// # Tables
//
// Package [github.com/org/artnn/data/table] reads CSV files. [SplitTable] keeps
// some rows for a test, and [NewIndexLoader] makes batches of what a model makes
// of the others.
//
// # Loaders
//
// A [Dataset] is a length and an element by index. A [Loader] draws batches
// from it, epoch after epoch, shuffled by a counter-based generator: batch k of
// epoch e is always the same for the same options, on every machine, so two
// numbers ([State]) resume a run exactly. [Zip] walks two loaders together.
//
// # Errors
//
// Whatever comes from outside (files, sizes typed by a user, saved state)
// returns an error that says what was wrong, where, and what to do. A slice
// that does not fit its stated shape panics.
package data

// Package paint changes pictures by gradients on their pixels: what a network sees in
// a picture becomes visible.
//
// [Dream] is DeepDream: whatever makes chosen layers respond is made stronger, until
// there are eyes and feathers in the clouds. [Restyle] paints the contents of one picture
// in the manner of another. Both take any [Network] that tells the values of its layers:
// a keras.Network, a models.Classifier, or one of your own.
//
// A picture of any size comes back at its own size, with its transparency. The work is
// done at a size of your choice, on which time and memory depend, and the change is then
// made larger and added to the picture, whose own details stay. Results have the same
// bits for any number of threads.
package paint

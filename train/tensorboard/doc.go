// Package tensorboard writes training curves, pictures, texts and histograms
// where TensorBoard finds them.
//
//	w, err := tensorboard.Create("runs/faces")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer w.Close()
//	trainer.Callbacks = append(trainer.Callbacks, tensorboard.Callback(w, tensorboard.Options{
//		Params: gan.Params(),
//		Sample: func(w *tensorboard.Writer, e train.Event) error {
//			return w.Image(e.Step, "faces", gan.Images(8, 1)...)
//		},
//	}))
//
// Then "tensorboard --logdir runs" shows it, also while training goes on. A
// folder is a run: curves of the same tag in different folders are drawn in one
// chart.
//
// # The file
//
// A folder gets one file for each [Create], named
// events.out.tfevents.<unix time>.<host>.<process>. TensorBoard reads a run's
// files as one, in the order of their names; a name is chosen that comes last.
// Each is a series of TFRecords:
//
//	length uint64, CRC of the length, data, CRC of the data
//
// little-endian, with masked CRC-32C sums. The data of each is an Event
// (tensorflow/core/util/event.proto) that says at what time and step it
// happened and holds a Summary (tensorflow/core/framework/summary.proto). The
// first says "brain.Event:2". A file that was cut off anywhere is readable up to
// the last whole record.
//
// TensorBoard reads two forms of values. Scalars are written in the older one,
// simple_value: it is smaller, and every reader knows it, also those that take a
// tensor for no scalar (TensorBoard's own EventAccumulator among them).
// Pictures, texts and histograms are written in the newer one, tensors marked
// with the plugin that shows them. On reading, TensorBoard turns the older form
// into this one anyway (data_compat.py), which puts the edges of histograms in
// float32 and has one picture to a tag.
package tensorboard

// Package models holds whole networks that make and tell pictures, that write text, and what any
// network needs to be saved and loaded: what most programs import.
//
//   - [MLP], a multilayer perceptron: numbers in, numbers out.
//   - [GAN], a generator and a discriminator: latents in, pictures out. [NewGAN]
//     makes dense ones, [NewDCGAN], [NewWGANGP], [NewSNGAN] and [NewR3GAN]
//     convolutional ones.
//   - [Classifier], a residual network: pictures in, classes out.
//   - [TextGenerator], an embedding, an LSTM and a linear layer: text in, more
//     text out.
//   - [GPT], a transformer as GPT-2 or Qwen3, with the same methods.
//
// Package tabular has a model that predicts one column of a table from the
// others. Each is made from a configuration whose zero values are usual choices,
// learns from one batch with Step, and is saved to one file that holds weights,
// configuration and tokenizer:
//
//	gan, err := models.NewGAN(models.GANConfig{Width: 64})
//	if err != nil {
//		return err
//	}
//	for _, batch := range batches { // [n, 3, 64, 64] in [−1, 1]
//		dLoss, gLoss := gan.Step(batch)
//		log.Println(dLoss, gLoss)
//	}
//	pictures := gan.Images(16, 1) // 16 images, from seed 1
//	err = models.Save("gan.safetensors", gan)
//
// # Numbers in and out
//
// Data goes in and out as flat slices, row after row, with shapes stated at
// each method; no tensor is needed to train or to generate. Layers, state and a
// Forward method on tapes are there for those who want to build on a model.
//
// # Files
//
// [Save] writes the safetensors format with PyTorch's layouts and state-dict
// names. [Load] reads a model of any kind, [LoadAs] one that must be of a type,
// [LoadFS] one from a file system such as an embed.FS. A file is checked against
// its own configuration before any of it is believed. [Float16] and [BFloat16]
// halve a file; [ForInference] leaves out what only training needs. Package
// models/pretrained has two small models that generate at once.
//
// # Models of your own
//
// A [Model] is anything with state, a kind and a configuration. [Register] makes
// the kind known; from then on it is saved, loaded, cloned and quantised like
// those above, and one with Updates ([Trainable]) is trained, checkpointed and
// resumed like them.
//
// # Faster text
//
// [Quantize] makes an int8 copy of any model: a quarter of the size in memory and
// on disk, and the same methods for generating.
//
//	small, err := models.Quantize(model)
//	if err != nil {
//		return err
//	}
//	text, err := small.Generate("Call me ", 500)
//
// # Determinism
//
// The same seed, batches, build and kind of processor give the same weights,
// bit for bit, whatever GOMAXPROCS.
//
// # Errors
//
// Constructors, loaders and whatever takes a prompt return errors, because
// configurations, files and prompts come from outside. Batches of the wrong length
// and numbers of pictures below 1 are programming errors and panic with a [*tensor.ShapeError], which [tensor.Try]
// turns into an error.
package models

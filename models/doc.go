// Package models holds whole networks that make pictures and text, and learn from
// tables: what most programs import.
//
//   - [MLP], a multilayer perceptron: numbers in, numbers out.
//   - [Tabular], an MLP that predicts one column of a table from the others:
//     prices, classes.
//   - [GAN], a generator and a discriminator of dense layers: noise in,
//     pictures out.
//   - [TextGenerator], an embedding, an LSTM and a linear layer: text in, more
//     text out.
//
// Each is made from a configuration whose zero values are those of the founding
// document, learns from one batch with Step, and is saved to one file that
// holds weights, configuration and tokenizer:
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
//	err = gan.Save("gan.safetensors")
//
// # Numbers in and out
//
// Data goes in and out as flat slices, row after row, with shapes stated at
// each method; no tensor is needed to train or to generate. Layers, parameters
// and a Forward method on tapes are there for those who want to build on a
// model.
//
// # Files
//
// [Save] writes the safetensors format with PyTorch's layouts and state-dict
// names. The LoadX functions open such a file by name, the ReadX functions from
// an [io.ReaderAt], such as a file of an embed.FS. A file is checked against
// its own configuration before any of it is believed. [Float16] and [BFloat16]
// halve a file; [ForInference] leaves out what only training needs. Package
// models/pretrained has two small models that generate at once.
//
// # Faster text
//
// [Quantize] makes an int8 copy of a trained [TextGenerator]: a quarter of the
// size in memory and on disk, and the same methods for generating.
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
// Constructors, loaders and Generate return errors, because configurations,
// files and prompts come from outside. Batches of the wrong length are
// programming errors and panic with a [*tensor.ShapeError], which [tensor.Try]
// turns into an error.
package models

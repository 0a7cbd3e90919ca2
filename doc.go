// Package artnn is the root of a library that trains and runs the neural
// networks behind generative art, pictures and text, on the CPU a person has.
//
// It holds no code. Start with [github.com/org/artnn/models] to generate, or
// with [github.com/org/artnn/layers] and [github.com/org/artnn/train/update] to
// build networks of your own. docs/architecture.md has a picture of the packages.
//
// Imports point downward only:
//
//	cmd/artnn, examples      programs
//	recipe                   from a folder or file to a trained model, with a report
//	train                    the loop: budgets, validation, callbacks
//	tabular                  a column of a table from the others
//	models                   MLP, GAN, TextGenerator, GPT; the registry; loading and saving
//	train/checkpoint         files of any module, and of what a stopped run needs
//	train/update             what follows a loss
//	generate                 text from a model's logits
//	tokenizer                text into tokens, and back
//	format/safetensors       files of named arrays
//	layers, loss, optim      what models are made of
//	measure                  how near generated pictures are to real ones
//	paint                    pictures changed by what a network sees in them
//	data                     pictures, text and tables into batches, and back out
//	tensor                   n-dimensional values and their gradients
//	backend                  who owns memory and does arithmetic:
//	  backend/cpu            float32, fast
//	  backend/reference      float64, obviously right
//	  backend/shape          shapes without memory
//	asm                      the innermost loops: Go, AVX2, AVX-512, NEON
package artnn

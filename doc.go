// Package artnn is the root of a library that trains and runs the neural
// networks behind generative art, pictures and text, on the CPU a person has.
//
// It holds no code. Start with [github.com/org/artnn/models] to generate, or
// with [github.com/org/artnn/layers], [github.com/org/artnn/loss] and
// [github.com/org/artnn/optim] to build networks of your own.
//
// Imports point downward only:
//
//	cmd/artnn, examples      programs
//	train                    loops and callbacks
//	models                   MLP, Tabular, GAN, TextGenerator
//	generate                 sampling text from a model's logits
//	tokenizer                text into tokens, and back
//	format/safetensors       files of named arrays
//	layers, loss, optim      what models are made of
//	data                     pictures, text and tables into batches, and back out
//	tensor                   n-dimensional values and their gradients
//	backend                  who owns memory and does arithmetic:
//	  backend/cpu            float32, fast
//	  backend/reference      float64, obviously right
//	asm                      the innermost loops: Go, AVX2, NEON
package artnn

// Package generate continues texts by drawing from a model's logits.
//
// It works with any [Model]: one that reads tokens and gives the logits of the
// next.
//
//	text, err := generate.Text(model, "Call me ", 200, generate.Temperature(0.8), generate.TopP(0.9))
//
// What there is:
//
//   - [Text] returns the continuation, [Stream] yields it as it comes.
//   - [Tokens] yields tokens with their log-probabilities and the reason of the end,
//     and can be cancelled.
//   - [Samples] writes several texts from one prompt, which is read once; [Batch]
//     continues several prompts.
//   - [Beams] searches for the likeliest continuation.
//   - A [Sampler] picks tokens from logits you have.
//
// # How a token is chosen
//
// In this order, which is that of Hugging Face's transformers:
//
//  1. [Bias] is added to logits.
//  2. [Repetition], then [Presence] and [Frequency], lower those of tokens that the
//     text has.
//  3. Special tokens, and those that the form of [Within] does not allow, are excluded.
//  4. Logits are divided by [Temperature].
//  5. [TopK], [TopP] and [MinP] exclude unlikely tokens, each among those that the one
//     before it left.
//  6. One of the rest is drawn by its probability. At temperature 0 the likeliest
//     is taken instead, after step 3.
//
// # Forms
//
// A [Form] says which texts may be written: those of a regular expression, a grammar,
// JSON, a poem of lines of seven characters that rhyme. Before each token, those that
// would leave the form are excluded, so that any model keeps it, however little it
// has learned. Package generate/form has forms; any type with two methods is one.
//
// # Long texts
//
// A model may be able to look back on a limited number of tokens, its window
// ([Windowed]). Of a longer prompt only the end is read, as many tokens as the window
// holds. A text that outgrows the window goes on from its last half window, which is
// read anew.
//
// # Reproducibility
//
// The same model, prompt, options and seed give the same text, at any number of
// threads, and while other goroutines generate from the same model.
package generate

// Package tokenizer turns text into tokens, which are numbers, and back.
//
//   - [Chars]: one token for each character of a text.
//   - [Words]: one token for each frequent word of a text.
//   - [Pipeline]: pieces of words, as in Hugging Face's tokenizer.json. [TrainBPE] makes
//     one of a text; [LoadHuggingFace] reads those of GPT-2, Llama, Qwen, SmolLM, Gemma,
//     BERT and others, and gives the same tokens as Hugging Face's tokenizers.
//
// A tokenizer is saved as JSON inside the file of the model that was trained
// with it, and [Parse] reads it back. A new kind is one file: a type with the
// methods of [Tokenizer], and a call of [Register] in its init function. Package
// tokenizer/tokenizertest tests it.
package tokenizer

import "encoding/json"

// Tokenizer turns text into tokens, numbers in [0, Len), and back. Its methods
// may be called from several goroutines.
type Tokenizer interface {
	// Kind is the name under which [Register] knows how to read it.
	Kind() string

	// Len is the number of different tokens.
	Len() int

	// Encode turns text into tokens.
	//
	// Errors: text that is not UTF-8 or that the tokenizer cannot represent.
	Encode(text string) ([]int32, error)

	// Decode turns tokens into text. No tokens are no text, and a token changes
	// nothing of the text before it: Decode(a b c) begins with Decode(a b). What
	// it adds may depend on the token before it (a space between words) and on
	// nothing else, which lets a [Decoder] decode tokens as they come. Tokens
	// that are parts of a character decode to the bytes they stand for.
	//
	// Panics if a token is not in [0, Len).
	Decode(tokens []int32) string

	// SpecialTokens are the tokens that models read but never generate, such as
	// the one for unknown words.
	SpecialTokens() []int32

	// MarshalJSON writes an object whose field "kind" is Kind. The function
	// given to [Register] reads it.
	json.Marshaler
}

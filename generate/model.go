package generate

import "github.com/org/artnn/tokenizer"

// Model is a model of text. Its methods may be called from several goroutines.
//
// It may also be [Windowed], an [Ender], and a [BatchModel].
type Model interface {
	// Tokenizer is the one that the model was trained with.
	Tokenizer() tokenizer.Tokenizer
	// NewReader makes a reader at the beginning of a text.
	NewReader() Reader
}

// Reader reads one text from its beginning, some tokens at a time, and keeps
// what the model remembers of it: a state, or keys and values. It serves one
// goroutine.
//
// It may also be a [Forker] and a [Scorer].
type Reader interface {
	// Read reads the next tokens, at least one. If logits is not nil, it is
	// filled with the logits of the token that follows them.
	//
	// Shape: logits [Tokenizer().Len()].
	Read(tokens []int32, logits []float32)
	// Release frees the reader's memory; it must not be used afterwards.
	Release()
}

// Forker is a [Reader] that can be copied. Several texts that begin alike are then
// read once up to where they part. Without it, each is read from its beginning.
type Forker interface {
	Reader
	// Fork makes a reader that has read what this one has. From then on the two
	// have nothing to do with each other; each is released on its own.
	Fork() Reader
}

// Scorer is a [Reader] that gives the logits after each of many tokens in one pass,
// which is how texts are measured. Without it, they are read one by one.
type Scorer interface {
	Reader
	// ReadAll is Read with the logits that follow each token.
	//
	// Shape: logits [len(tokens), Tokenizer().Len()].
	ReadAll(tokens []int32, logits []float32)
}

// BatchModel is a [Model] that reads tokens of several texts in one pass, which
// takes little longer than one of them: weights are read from memory once.
type BatchModel interface {
	Model
	// ReadBatch reads one token with each reader, as its Read would, and fills the
	// logits that follow. Readers are the model's own, no two the same.
	//
	// Shape: tokens [n], logits n times [Tokenizer().Len()].
	ReadBatch(readers []Reader, tokens []int32, logits [][]float32)
}

// Windowed is a [Model] that looks back on a limited number of tokens. See "Long
// texts" in the documentation of the package.
type Windowed interface {
	// Window is how many tokens a reader may read, at least 2.
	Window() int
}

// Ender is a [Model] whose texts have an end.
type Ender interface {
	// EndTokens are the tokens that stand for the end of a text. They may be among
	// the tokenizer's special tokens, and end a text all the same.
	EndTokens() []int32
}

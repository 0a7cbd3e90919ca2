package generate

import (
	"context"
	"iter"
	"strings"
)

// Text continues a prompt by n tokens, or fewer where the text ends before, and
// returns the continuation, so that prompt + continuation is the whole text.
//
// Errors, with the text until there: an empty prompt or one that the tokenizer cannot
// represent; n below 1; a tokenizer with tokens outside of [0, Len) (see
// [tokenizer.Check]); an option out of range; logits that are not finite; a form that
// no token can continue ([*FormError]).
func Text(m Model, prompt string, n int, options ...Option) (string, error) {
	var text strings.Builder
	for token, err := range Tokens(context.Background(), m, prompt, n, options...) {
		text.WriteString(token.Text)
		if err != nil {
			return text.String(), err
		}
	}
	return text.String(), nil
}

// Stream is [Text] in one piece for each token, as they come:
//
//	for piece, err := range generate.Stream(model, "Call me ", 500) {
//		if err != nil {
//			return err
//		}
//		fmt.Print(piece)
//	}
//
// Pieces are whole characters; the piece of a token that ends inside a character
// is what comes before that character, and may be empty. An error ends the
// sequence. The loop may be left early.
func Stream(m Model, prompt string, n int, options ...Option) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for token, err := range Tokens(context.Background(), m, prompt, n, options...) {
			if !yield(token.Text, err) {
				return
			}
		}
	}
}

// Token is a generated token.
type Token struct {
	ID int32
	// Text is what the token adds: whole characters, and nothing that may be part
	// of a stop string. The texts of all tokens are the whole text.
	Text string
	// LogProb is the natural logarithm of its probability, and Top are the likeliest
	// tokens of its place; with [LogProbs].
	LogProb float64
	Top     []Likely
	// End is why the text ends with this token, or empty if it goes on.
	End Reason
}

// Reason is why a text ends.
type Reason string

const (
	Length    Reason = "length"        // it has the number of tokens asked for
	Stopped   Reason = "stop string"   // a string of [Stop] came
	EndOfText Reason = "end of text"   // the model wrote an end token
	Complete  Reason = "complete form" // the form of [Within] allows nothing more
)

// Tokens is [Text] as tokens, each as soon as it is chosen:
//
//	for token, err := range generate.Tokens(ctx, model, "Call me ", 500, generate.LogProbs(0)) {
//		fmt.Print(token.Text)
//		if err != nil {
//			return err
//		}
//	}
//
// When the context is done, the sequence ends with its cause as the error. What was
// held back until then, because it might have become a stop string, comes with that
// error, as with any other.
//
// Errors: as Text; what the context says.
func Tokens(ctx context.Context, m Model, prompt string, n int, options ...Option) iter.Seq2[Token, error] {
	return func(yield func(Token, error) bool) {
		w, err := newWriting(ctx, m, n, options)
		if err != nil {
			yield(Token{}, failed(err))
			return
		}
		defer w.release()
		r, err := w.begin(prompt, 0)
		if err != nil {
			yield(Token{}, failed(err))
			return
		}
		defer release(&r.lane)
		if err = w.feed([]*lane{&r.lane}); err != nil {
			yield(Token{}, failed(err))
			return
		}
		for {
			token, err := r.next()
			if !yield(token, err) || err != nil || token.End != "" {
				return
			}
			if err := w.read([]*lane{&r.lane}); err != nil {
				yield(Token{Text: r.rest()}, failed(err))
				return
			}
		}
	}
}

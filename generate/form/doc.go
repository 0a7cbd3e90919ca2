// Package form has forms in which texts can be written: what may follow is
// decided byte by byte, so that every model keeps to it.
//
//	poem, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。"})
//	if err != nil {
//		return err
//	}
//	text, err := generate.Text(model, "\n", 100, generate.Within(poem))
//
// Forms are made by these functions:
//
//   - [Regexp]: the texts that a regular expression matches.
//   - [Grammar]: those of a context-free grammar, in the notation of llama.cpp.
//   - [JSON]: objects and arrays.
//   - [NewVerse]: lines of so many characters, which may rhyme.
//
// [After] is the rest of a form after a text, such as a prompt. [Matches] tells
// whether a text has a form.
//
// Regular expressions and grammars become one network of bytes, whose states are
// made as texts come to them.
package form

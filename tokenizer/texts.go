package tokenizer

import (
	"bufio"
	"errors"
	"io"
	"iter"
)

// Texts are texts in memory, for [TrainBPE].
func Texts(texts ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, text := range texts {
			if !yield(text, nil) {
				return
			}
		}
	}
}

// maxLine is where a line is cut, in bytes: none of a book is as long.
const maxLine = 1 << 20

// Lines are the lines of a text that need not fit into memory, each with its line end;
// lines over 1 MiB come in pieces of whole characters. It can be gone through once.
func Lines(r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := bufio.NewReaderSize(r, maxLine)
		held := "" // the first bytes of a character
		for {
			line, err := in.ReadSlice('\n')
			text := held + string(line)
			held = ""
			if errors.Is(err, bufio.ErrBufferFull) {
				n := wholeCharacters(text)
				text, held = text[:n], text[n:]
				err = nil
			}
			if text != "" && !yield(text, nil) {
				return
			}
			if err != nil {
				if err != io.EOF {
					yield("", err)
				}
				return
			}
		}
	}
}

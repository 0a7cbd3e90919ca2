package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Vocabulary turns text into tokens, numbers in [0, Len), and back. It is one
// of [CharVocab] and [WordVocab], and is saved inside the model's file.
type Vocabulary interface {
	// Len is the number of different tokens.
	Len() int
	// Encode turns text into tokens.
	Encode(text string) ([]int32, error)
	// Decode turns tokens into text. Decoding one by one and joining the
	// results gives the same as decoding all at once.
	Decode(ids []int32) string

	hidden() []int32 // tokens that are read but never generated
	json.Marshaler
}

// vocabFile is the JSON of any vocabulary.
type vocabFile struct {
	Kind  string   `json:"kind"`
	Chars string   `json:"chars,omitempty"`
	Words []string `json:"words,omitempty"`
}

func parseVocab(text string) (Vocabulary, error) {
	var f vocabFile
	if err := decodeStrict(text, &f); err != nil {
		return nil, err
	}
	switch f.Kind {
	case "char":
		return charVocabOf(f.Chars)
	case "word":
		return wordVocabOf(f.Words)
	}
	return nil, fmt.Errorf("unknown kind %q: this version knows \"char\" and \"word\"", f.Kind)
}

// decodeStrict reads one JSON value and refuses fields it does not know: what
// they ask for could not be honoured.
func decodeStrict(text string, into any) error {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more text after the JSON value")
	}
	return nil
}

func checkText(what, text string) error {
	if text == "" {
		return fmt.Errorf("%s: the text is empty", what)
	}
	return checkUTF8(what, text)
}

func checkUTF8(what, text string) error {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return fmt.Errorf("%s: byte %d (0x%02x) is not UTF-8", what, i, text[i])
		}
		i += size
	}
	return nil
}

func checkID(id int32, n int) {
	if id < 0 || int(id) >= n {
		panic(fmt.Sprintf("decode: expected tokens in [0, %d), got %d", n, id))
	}
}

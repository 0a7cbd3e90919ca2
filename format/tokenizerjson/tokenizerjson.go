// Package tokenizerjson reads and writes the tokenizer.json of Hugging Face's
// tokenizers: bytes to structures and back, and nothing of what they mean. Package
// tokenizer builds tokenizers of them.
package tokenizerjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/org/artnn/internal/strictjson"
)

// Version is the one version of the format that there is.
const Version = "1.0"

// File is what a tokenizer.json holds.
type File struct {
	Version       string          `json:"version"`
	Truncation    json.RawMessage `json:"truncation"` // kept as it was read
	Padding       json.RawMessage `json:"padding"`    // kept as it was read
	AddedTokens   []AddedToken    `json:"added_tokens"`
	Normalizer    Component       `json:"normalizer"`
	PreTokenizer  Component       `json:"pre_tokenizer"`
	PostProcessor Component       `json:"post_processor"`
	Decoder       Component       `json:"decoder"`
	Model         Component       `json:"model"`
}

// AddedToken is a token that is looked for in a text before anything else is done
// with it.
type AddedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // only where no word goes on at its ends
	LStrip     bool   `json:"lstrip"`      // with the white space before it
	RStrip     bool   `json:"rstrip"`      // with the white space after it
	Normalized bool   `json:"normalized"`  // looked for in the normalized text
	Special    bool   `json:"special"`     // no text: not shown where text is wanted
}

// Component is the JSON object of one part of a tokenizer, with its name in the
// field "type"; nil if the tokenizer has no such part.
type Component json.RawMessage

// MarshalJSON is the object, or null.
func (c Component) MarshalJSON() ([]byte, error) {
	if c == nil {
		return []byte("null"), nil
	}
	return c, nil
}

// UnmarshalJSON keeps the object as it is.
func (c *Component) UnmarshalJSON(text []byte) error {
	*c = nil
	if string(text) != "null" {
		*c = bytes.Clone(text)
	}
	return nil
}

// Type is the name of a component.
//
// Errors: no object, or one without the field "type".
func (c Component) Type() (string, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(c, &head); err != nil {
		return "", err
	}
	if head.Type == "" {
		return "", errors.New(`the field "type" is missing`)
	}
	return head.Type, nil
}

// Read reads the fields of a component into a structure. A field that the structure
// does not have is an error: what it asks for could not be honoured.
func (c Component) Read(into any) error { return strictjson.Unmarshal(c, into) }

// NewComponent makes a component of a structure with a field "type".
func NewComponent(fields any) (Component, error) {
	text, err := marshal(fields)
	return Component(text), err
}

// Parse reads a tokenizer.json.
//
// Errors: text that is not JSON, fields that are not known, a version other than
// [Version], no model.
func Parse(text []byte) (*File, error) {
	f := &File{}
	if err := strictjson.Unmarshal(text, f); err != nil {
		return nil, err
	}
	if f.Version != Version {
		return nil, fmt.Errorf("version %q: expected %q", f.Version, Version)
	}
	if f.Model == nil {
		return nil, errors.New("the model is missing")
	}
	return f, nil
}

// Marshal writes a tokenizer.json, as Hugging Face's tokenizers do: tokens in the
// order of their numbers, and <, > and & as they are.
func (f *File) Marshal() ([]byte, error) {
	out := *f
	if out.AddedTokens == nil {
		out.AddedTokens = []AddedToken{}
	}
	return marshal(&out)
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

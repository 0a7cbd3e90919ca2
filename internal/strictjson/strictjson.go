// Package strictjson reads JSON from files that may be newer than the program
// or damaged.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
)

// Unmarshal is [json.Unmarshal] that refuses fields it does not know, because
// what they ask for could not be honoured.
//
// Errors: text that is not exactly one JSON value of the type.
func Unmarshal(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more text after the JSON value")
	}
	return nil
}

package checkpoint

import (
	"encoding/json"
	"errors"
	"strings"
)

// DecodeStrict reads one JSON value and refuses fields it does not know: what
// they ask for could not be honoured.
func DecodeStrict(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("more text after the JSON value")
	}
	return nil
}

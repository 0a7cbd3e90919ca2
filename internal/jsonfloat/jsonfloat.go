// Package jsonfloat writes floating-point numbers as JSON, also those that JSON has
// no numbers for: these are the strings "NaN", "Infinity" and "-Infinity", as in
// protocol buffers.
package jsonfloat

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Float is a number whose JSON may be one of the three strings.
type Float float64

const (
	nan      = `"NaN"`
	infinity = `"Infinity"`
	minus    = `"-Infinity"`
)

// Append adds the JSON of a number to b.
func Append(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, nan...)
	case math.IsInf(x, 1):
		return append(b, infinity...)
	case math.IsInf(x, -1):
		return append(b, minus...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// MarshalJSON is [Append].
func (f Float) MarshalJSON() ([]byte, error) { return Append(nil, float64(f)), nil }

// UnmarshalJSON reads what [Append] wrote.
func (f *Float) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case nan:
		*f = Float(math.NaN())
	case infinity:
		*f = Float(math.Inf(1))
	case minus:
		*f = Float(math.Inf(-1))
	default:
		if len(text) > 0 && text[0] == '"' {
			return fmt.Errorf("%s is no number: expected one, or %s, %s or %s", text, nan, infinity, minus)
		}
		return json.Unmarshal(text, (*float64)(f))
	}
	return nil
}

// Of are the numbers of a list for JSON. Nil stays nil.
func Of(list []float64) []Float {
	if list == nil {
		return nil
	}
	out := make([]Float, len(list))
	for i, x := range list {
		out[i] = Float(x)
	}
	return out
}

// To are the numbers of a list from JSON. Nil stays nil.
func To(list []Float) []float64 {
	if list == nil {
		return nil
	}
	out := make([]float64, len(list))
	for i, x := range list {
		out[i] = float64(x)
	}
	return out
}

package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
)

// settingsOf lists a struct's fields with their values, in order; embedded
// structs are part of it. Nil, functions, what is not exported and what has the tag
// settings:"-" are left out.
func settingsOf(config any) (out []report.Setting) {
	v := reflect.Indirect(reflect.ValueOf(config))
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if !field.IsExported() || field.Tag.Get("settings") == "-" {
			continue
		}
		if value.Kind() == reflect.Struct {
			out = append(out, settingsOf(value.Interface())...)
			continue
		}
		switch value.Kind() {
		case reflect.Func, reflect.Interface:
			continue
		case reflect.Pointer:
			if value.IsNil() {
				continue
			}
			value = value.Elem()
		}
		out = append(out, report.Setting{Name: settingName(field.Name), Value: settingText(value)})
	}
	return out
}

// settingName is a field's name with its words apart: z_dim for ZDim.
func settingName(field string) string {
	var b strings.Builder
	runes := []rune(field)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func settingText(v reflect.Value) string {
	if d, ok := v.Interface().(time.Duration); ok {
		return d.String()
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return err.Error()
		}
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}

// modelSettings are a model's kind and configuration.
func modelSettings(m models.Model) []report.Setting {
	kind, config := m.Describe()
	out := []report.Setting{{Name: "model", Value: kind}}
	text, err := json.Marshal(config)
	if err != nil {
		return out // saving the model will say why
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil { // the opening brace
		return out
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err != nil || d.Decode(&value) != nil {
			return out
		}
		var plain string
		if json.Unmarshal(value, &plain) != nil {
			plain = string(value)
		}
		out = append(out, report.Setting{Name: fmt.Sprint(name), Value: plain})
	}
	return out
}

// withoutZeros leaves out bounds and options that are off.
func withoutZeros(settings []report.Setting) (out []report.Setting) {
	for _, s := range settings {
		if s.Value != "0" && s.Value != "0s" {
			out = append(out, s)
		}
	}
	return out
}

// writeSettings writes them as YAML, one to a line; text that YAML might take for
// something else is quoted as JSON quotes it.
func writeSettings(w io.Writer, settings []report.Setting) error {
	var b bytes.Buffer
	b.WriteString("# Written by package recipe.\n")
	for _, s := range settings {
		value := s.Value
		if !json.Valid([]byte(value)) {
			quoted, err := json.Marshal(value)
			if err != nil {
				return err
			}
			value = string(quoted)
		}
		fmt.Fprintf(&b, "%s: %s\n", s.Name, value)
	}
	_, err := w.Write(b.Bytes())
	return err
}

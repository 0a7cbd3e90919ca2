package settings

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// tag is the field tag that this package reads: "-" is no setting, "free" one
// that may change when a run is resumed.
const tag = "conf"

// Of lists the flags of the selected command that are settings, those of a group
// together, as in the help text.
func Of(ctx *kong.Context) (flags []*kong.Flag) {
	for _, f := range ctx.Flags() {
		if f.Tag.Get(tag) != "-" && f.Name != "help" {
			flags = append(flags, f)
		}
	}
	rank := map[string]int{"": -1} // by group: the place of its first flag
	for i, f := range flags {
		if _, known := rank[group(f)]; !known {
			rank[group(f)] = i
		}
	}
	slices.SortStableFunc(flags, func(a, b *kong.Flag) int { return rank[group(a)] - rank[group(b)] })
	return flags
}

// group is the key of a flag's heading, "" if it has none.
func group(f *kong.Flag) string {
	if f.Group == nil {
		return ""
	}
	return f.Group.Key
}

// Explicit lists the settings that were given on the command line.
func Explicit(ctx *kong.Context) (flags []*kong.Flag) {
	for _, p := range ctx.Path {
		if p.Flag != nil && !p.Resolved && p.Flag.Tag.Get(tag) != "-" && p.Flag.Name != "help" {
			flags = append(flags, p.Flag)
		}
	}
	return flags
}

// Text is a flag's value as it is written on a command line and in a file.
func Text(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Duration:
		return durationText(x)
	case fmt.Stringer:
		return x.String()
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = escape(Text(v.Index(i)))
		}
		return strings.Join(parts, ",")
	default:
		return fmt.Sprint(v.Interface())
	}
}

// durationText is a duration without its empty places: 10m, not 10m0s.
func durationText(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}

// escape keeps a comma within one of a list's values from separating two.
func escape(s string) string { return strings.ReplaceAll(s, ",", `\,`) }

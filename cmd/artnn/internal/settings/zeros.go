package settings

import (
	"fmt"
	"reflect"
	"time"

	"github.com/alecthomas/kong"
)

// zeroTag is the field tag of a number of which 0 means something, such as "none" or
// "any". Its value says what. The value "open" is that of bounds that do not count:
// 0 is one in files, where older programs wrote it, and a mistake on a command line.
const (
	zeroTag  = "zero"
	zeroOpen = "open"
)

// Zeros returns an error if a number was given as 0 for which 0 means nothing:
// recipes and models take it for one that was left out. Pointers tell the two apart
// and may be 0.
func Zeros(ctx *kong.Context) error {
	for _, p := range ctx.Path {
		if p.Flag == nil || !p.Flag.Target.IsValid() {
			continue
		}
		meaning := p.Flag.Tag.Get(zeroTag)
		if meaning != "" && (meaning != zeroOpen || p.Resolved) {
			continue
		}
		if least := leastAbove(reflect.ValueOf(ctx.FlagValue(p.Flag))); least != "" {
			return fmt.Errorf("%s %s; leave it out for the default", Dashed(p.Flag.Name), least)
		}
	}
	return nil
}

// leastAbove is what a number that is 0 should be, "" if it is none.
func leastAbove(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			if least := leastAbove(v.Index(i)); least != "" {
				return least
			}
		}
	case reflect.Int, reflect.Int32, reflect.Uint, reflect.Uint32, reflect.Uint64:
		if v.IsZero() {
			return "must be at least 1, got 0"
		}
	case reflect.Int64:
		if v.IsZero() && v.Type() == reflect.TypeFor[time.Duration]() {
			return "must be positive, got 0s"
		}
		if v.IsZero() {
			return "must be at least 1, got 0"
		}
	case reflect.Float32, reflect.Float64:
		if v.Float() == 0 {
			return "must be positive, got 0"
		}
	}
	return ""
}

// unset reports whether a flag's value is no setting: a 0 that [Zeros] would refuse, as
// of a bound that does not count or of a part that the model does not have.
func unset(flag *kong.Flag) bool {
	meaning := flag.Tag.Get(zeroTag)
	return (meaning == "" || meaning == zeroOpen) && leastAbove(flag.Target) != ""
}

// Dashed is a flag as it is written on a command line.
func Dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/org/artnn/cmd/artnn/internal/settings"
)

// dashedValue is how the command-line parser refuses a value that begins with a dash.
var dashedValue = regexp.MustCompile(`^--(\S+): expected (\w+) value but got (".*") \(\w+ flag\); perhaps try .*\?$`)

// mistyped says an error of the command-line parser in the words of the other ones.
// For a value that begins with a dash, the parser advises --lr="-1", which is refused
// next: no number of the program may be negative.
func mistyped(err error) error {
	m := dashedValue.FindStringSubmatch(err.Error())
	if m == nil {
		return err
	}
	flag, kind := settings.Dashed(m[1]), m[2]
	value, bad := strconv.Unquote(m[3])
	if bad != nil {
		return err
	}
	switch {
	case kind == "string":
		return fmt.Errorf("%s: if %q is its value, write %s", flag, value, flagged(m[1], value))
	case strings.HasPrefix(strings.TrimLeft(value, "-."), "0") || strings.ContainsAny(value, "123456789"):
		return fmt.Errorf("%s must not be negative, got %s", flag, value)
	}
	return errors.New(flag + ": a value is missing before " + value)
}

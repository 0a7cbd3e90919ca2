// Package given checks the flags of the examples.
package given

import (
	"flag"
	"fmt"
	"slices"
)

// Positive returns an error if a number was given as 0 that a recipe or a model would
// take for one that was left out. may are the flags of which 0 means something.
func Positive(f *flag.FlagSet, may ...string) (err error) {
	f.Visit(func(given *flag.Flag) {
		value, ok := given.Value.(flag.Getter)
		if !ok || err != nil || slices.Contains(may, given.Name) {
			return
		}
		if v := value.Get(); v == 0 || v == 0.0 {
			err = fmt.Errorf("-%s must be positive, got 0; leave it out for the default", given.Name)
		}
	})
	return err
}

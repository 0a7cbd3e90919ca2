package given

import (
	"flag"
	"testing"
)

func TestPositive(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"-n=2", "-x=0.5", "-seed=0", "-t=0", "-b=false", "-s=0"}, ""},
		{[]string{"-n=0"}, "-n must be positive, got 0; leave it out for the default"},
		{[]string{"-x", "0"}, "-x must be positive, got 0; leave it out for the default"},
	} {
		f := flag.NewFlagSet("test", flag.ContinueOnError)
		f.Int("n", 0, "")
		f.Float64("x", 0, "")
		f.Float64("t", 1, "")
		f.Uint64("seed", 1, "")
		f.Bool("b", false, "")
		f.String("s", "", "")
		if err := f.Parse(c.args); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := Positive(f, "t"); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: got %q, want %q", c.args, got, c.want)
		}
	}
}

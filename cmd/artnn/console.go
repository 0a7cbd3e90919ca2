package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// console is where commands write, and what is known of it.
type console struct {
	out, err io.Writer
	terminal *os.File // that out is, nil if it is none
	getenv   func(string) string
}

func newConsole(out, err *os.File) *console {
	c := &console{out: out, err: err, getenv: os.Getenv}
	if isatty.IsTerminal(out.Fd()) {
		c.terminal = out
	}
	return c
}

// columns is how wide the terminal is; 80 where that is not known.
func (c *console) columns() int {
	if c.terminal != nil {
		if w, _, err := term.GetSize(int(c.terminal.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

func (c *console) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// table writes lines of a name and what is known of it.
func (c *console) table() *namedLines {
	return &namedLines{tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)}
}

type namedLines struct{ *tabwriter.Writer }

func (t *namedLines) line(name, format string, args ...any) {
	fmt.Fprintf(t, "%s\t%s\n", name, fmt.Sprintf(format, args...))
}

// warn says what does not end a command but should be known.
func (c *console) warn(message string) { fmt.Fprintln(c.err, "artnn: note:", oneLine(message)) }

// fail reports what ended a command and returns the status that goes with it.
func (c *console) fail(err error, help string) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errInterrupted):
		return statusInterrupted
	case errors.As(err, &usage):
		message := oneLine(err.Error())
		if help != "" {
			message += "; see " + help
		}
		fmt.Fprintln(c.err, "artnn:", message)
		return statusUsage
	default:
		fmt.Fprintln(c.err, "artnn:", oneLine(err.Error()))
		return statusError
	}
}

// oneLine joins the lines of errors that were joined.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.TrimSpace(s), func(r rune) bool { return r == '\n' }), "; ")
}

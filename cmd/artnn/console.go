package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/cmd/artnn/internal/visible"
)

// console is where commands write, and what is known of it.
type console struct {
	// out is for people. Control characters, which names and texts of files may
	// hold, show as escapes.
	out *visible.Writer
	// data is for what a program may read on: as it is, but like out on a terminal.
	data io.Writer
	// raw is for what consists of escape sequences: pictures and the bar.
	raw io.Writer
	err io.Writer // for people

	stdout   *stdout  // behind out, data and raw
	terminal *os.File // that it is, nil if it is none
	quiet    bool     // nothing but results and errors
	getenv   func(string) string
}

func newConsole(out, err *os.File) *console {
	if isatty.IsTerminal(out.Fd()) {
		return consoleOn(out, err, out)
	}
	return consoleOn(out, err, nil)
}

// consoleOn is a console on any writers, of which out may be a terminal.
func consoleOn(out, err io.Writer, terminal *os.File) *console {
	s := &stdout{w: out}
	c := &console{out: visible.NewWriter(s), data: s, raw: s, err: visible.NewWriter(err), stdout: s, terminal: terminal, getenv: os.Getenv}
	if terminal != nil {
		c.data = c.out
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

// printf writes a result: what the command was called for.
func (c *console) printf(format string, args ...any) { fmt.Fprintf(c.out, format, args...) }

// say writes what is good to know, and nothing where quiet was asked for.
func (c *console) say(format string, args ...any) {
	if !c.quiet {
		c.printf(format, args...)
	}
}

// cells writes lines of cells with tabs between.
func (c *console) cells() *tabwriter.Writer {
	return tabwriter.NewWriter(c.out, 0, 0, cellPadding, ' ', 0)
}

// cellPadding is how many columns of the terminal are between two cells.
const cellPadding = 2

// warn says what does not end a command but should be known.
func (c *console) warn(message string) {
	if !c.quiet {
		fmt.Fprintln(c.err, "artnn: note:", oneLine(message))
	}
}

// fail reports what ended a command and returns the status that goes with it.
func (c *console) fail(err error, help string) int {
	var usage usageError
	switch failed := c.stdout.failed(); {
	case err == nil, failed != nil && errors.Is(err, failed): // which end reports
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

// end is the status to end with, which is not 0 if anything could not be written.
func (c *console) end(status int) int {
	_ = c.out.Flush() // the error is kept
	err := c.stdout.failed()
	switch {
	case err == nil || status != 0:
		return status
	case errors.Is(err, syscall.EPIPE): // whoever has closed it knows
		return statusPipe
	default:
		fmt.Fprintln(c.err, "artnn: standard output:", oneLine(err.Error()))
		return statusError
	}
}

// oneLine joins the lines of errors that were joined: by a semicolon, but for a line
// that announces the next by a colon.
func oneLine(s string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(s), "\n") {
		line = strings.TrimSpace(line)
		switch before := b.String(); {
		case line == "":
			continue
		case strings.HasSuffix(before, ":"):
			b.WriteString(" ")
		case before != "":
			b.WriteString("; ")
		}
		b.WriteString(line)
	}
	return visible.Line(b.String())
}

// plainWord is what no shell reads as anything but itself.
var plainWord = regexp.MustCompile(`^[\pL\pN@%+=:,./_][\pL\pN@%+=:,./_-]*$`)

// shellWord is a path as it is typed in a command.
func shellWord(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return quoted(path)
}

// quoted is a value as a shell takes it. Control characters, which a terminal does
// not show and nobody can type, are escaped as bash and zsh, and POSIX since 2024,
// read them.
func quoted(value string) string {
	switch {
	case plainWord.MatchString(value):
		return value
	case visible.Line(value) != value:
		return "$'" + visible.Line(strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)) + "'"
	}
	return "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
}

// flagged is a flag with a value, as a shell takes them.
func flagged(name, value string) string {
	between := " "
	switch {
	case strings.HasPrefix(value, "-") && len(name) == 1: // it would be read as a flag
		between = ""
	case strings.HasPrefix(value, "-"):
		between = "="
	}
	return settings.Dashed(name) + between + quoted(value)
}

// listed is a flag of a list with one value for it, without the value if it cannot be
// given: commas divide lists, but for those after a backslash, and a backslash before
// a comma cannot be said.
func listed(name, value string) string {
	if strings.Contains(value, `\,`) || strings.HasSuffix(value, `\`) || value == "" {
		return settings.Dashed(name)
	}
	return flagged(name, strings.ReplaceAll(value, ",", `\,`))
}

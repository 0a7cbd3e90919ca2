// Command artnn trains and runs generative networks from the command line.
//
//	artnn train image --data DIR -o run1
//	artnn generate image -m run1 -n 16 -o sheet.png
//
// "artnn --help" lists the commands, "artnn COMMAND --help" tells about one.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/cmd/artnn/internal/settings"
)

// cli is the command line.
type cli struct {
	Quiet bool `short:"q" conf:"-" help:"Print nothing but results and errors."`
	kong.Plugins
}

// AfterApply is called by the command-line parser once flags have values.
func (c *cli) AfterApply(con *console) error {
	con.quiet = c.Quiet
	return nil
}

// What the program ends with.
const (
	statusError       = 1
	statusUsage       = 2
	statusInterrupted = 130 // what shells expect of a program that SIGINT has ended
	statusPipe        = 141 // and of one that SIGPIPE has
)

// errInterrupted ends a command that was stopped and has saved what it had.
var errInterrupted = errors.New("interrupted")

// usageError is a mistake in how the program was called.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func main() {
	boundGarbage()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	ignoreClosedPipes()
	os.Exit(run(ctx, os.Args[1:], newConsole(os.Stdout, os.Stderr)))
}

// run is the program, with the status it ends with as a result.
func run(ctx context.Context, args []string, con *console) int {
	return con.end(execute(ctx, args, con))
}

// execute does what the arguments say.
func execute(ctx context.Context, args []string, con *console) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	exited := -1 // --help ends parsing by asking to exit
	parser, err := newParser(con, func(status int) { panic(exitStatus(status)) })
	if err != nil {
		return con.fail(err, "")
	}
	var k *kong.Context
	exited = catchExit(func() { k, err = parser.Parse(args) })
	if exited >= 0 {
		return exited
	}
	if err != nil {
		return con.fail(usageError{mistyped(err)}, helpFor(err))
	}
	if err := settings.Zeros(k); err != nil {
		return con.fail(usageError{err}, "")
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(con, k)
	if err := environment(); err != nil {
		return con.fail(usageError{err}, "")
	}
	if err := emptyNames(k); err != nil {
		return con.fail(err, "")
	}
	if err := checkOutputs(k); err != nil {
		return con.fail(err, "")
	}
	return con.fail(k.Run(), "")
}

// newParser is the parser of the command line.
func newParser(con *console, exit func(int)) (*kong.Kong, error) {
	return kong.New(&cli{Plugins: commands.plugins()},
		kong.Name("artnn"),
		kong.Description("Train and run the neural networks behind generative art, on the CPU you have."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: min(con.columns(), helpColumns)}),
		kong.Writers(con.out, con.err),
		kong.Bind(con),
		kong.Exit(exit),
		kong.Vars(variables),
		kong.ExplicitGroups(groups),
	)
}

// helpColumns is how wide help texts are: every terminal has as much.
const helpColumns = 80

// exitStatus is what a request to exit carries up to where it is caught.
type exitStatus int

// catchExit is −1, or the status that f asked to exit with.
func catchExit(f func()) (status int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exitStatus:
			status = int(r)
		default:
			panic(r)
		}
	}()
	f()
	return -1
}

// helpFor names the help text that would have prevented a mistake.
func helpFor(err error) string {
	command := "artnn"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		for _, p := range parse.Context.Path {
			if p.Command != nil {
				command += " " + p.Command.Name
			}
		}
	}
	return command + " --help"
}

// environment checks the variables that choose backend and kernels, so that a
// typing error in one is a message and not a panic.
func environment() error {
	if err := asm.EnvError(); err != nil {
		return err
	}
	_, err := backend.FromEnv()
	return err
}

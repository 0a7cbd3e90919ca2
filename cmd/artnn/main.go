// Command artnn trains and runs generative networks from the command line.
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
)

// cli is the command line.
type cli struct {
	Demo demo `cmd:"" help:"Train a picture and a poem generator on samples that come with the program, and write what they make. Needs no data and no downloads."`
}

// interruptedStatus is what shells expect of a program that SIGINT has ended.
const interruptedStatus = 130

// errInterrupted ends a command that was stopped and has saved what it had.
var errInterrupted = errors.New("interrupted")

func main() {
	var c cli
	k := kong.Parse(&c,
		kong.Name("artnn"),
		kong.Description("Train and run the neural networks behind generative art, on the CPU you have."),
		kong.ShortUsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second interrupt ends the program at once
	}()
	k.BindTo(ctx, (*context.Context)(nil))
	err := environment()
	if err == nil {
		err = k.Run()
	}
	switch {
	case errors.Is(err, errInterrupted):
		os.Exit(interruptedStatus)
	case err != nil:
		fmt.Fprintln(os.Stderr, "artnn:", err)
		os.Exit(1)
	}
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

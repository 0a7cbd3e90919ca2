package main

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/org/artnn/asm"
)

// testConsole is a console that shows nothing.
func testConsole() *console {
	return bareConsole(&bytes.Buffer{}, &bytes.Buffer{})
}

// bareConsole is one of which no environment is known.
func bareConsole(out, err io.Writer) *console {
	con := consoleOn(out, err, nil)
	con.getenv = func(string) string { return "" }
	return con
}

// result is what a call of the program left.
type result struct {
	status   int
	out, err string
}

// call runs the program as main does.
func call(t *testing.T, args ...string) result {
	t.Helper()
	return callWith(t, context.Background(), args...)
}

func callWith(t *testing.T, ctx context.Context, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	status := run(ctx, args, bareConsole(&out, &err))
	return result{status, out.String(), err.String()}
}

// fastestKernels are the best that this machine can run.
func fastestKernels() asm.Path {
	paths := asm.Paths()
	return paths[len(paths)-1]
}

// Package maintest runs the program under test the way its users do: as a
// process with arguments, an exit status and signals.
package maintest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// asProgram tells the test binary to be the program.
const asProgram = "MAINTEST_AS_PROGRAM"

// limit is how long a program may run before its test fails.
const limit = time.Minute

// Main is for TestMain: it runs the tests, or the program itself where [Run] or
// [Interrupt] started this process.
func Main(m *testing.M, program func()) {
	if os.Getenv(asProgram) != "" {
		program()
		return
	}
	os.Exit(m.Run())
}

// Result is what a program left behind.
type Result struct {
	Status   int
	Out, Err string
}

// Run runs the program to its end.
func Run(t *testing.T, args ...string) Result {
	t.Helper()
	return run(t, func(*exec.Cmd) {}, args)
}

// Interrupt sends the program what Ctrl+C does, once the file is there.
func Interrupt(t *testing.T, file string, args ...string) Result {
	t.Helper()
	return run(t, func(cmd *exec.Cmd) {
		for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Stat(file); err == nil {
				break
			}
			if time.Since(start) > limit/2 {
				t.Errorf("%s has not appeared after %v", file, limit/2)
				break
			}
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}, args)
}

func run(t *testing.T, meanwhile func(*exec.Cmd), args []string) Result {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	meanwhile(cmd)
	err := cmd.Wait()
	if !late.Stop() {
		t.Fatalf("%q was still running after %v", args, limit)
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Result{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// Fails checks that the program ends with status 1 and one line of what went
// wrong, which has all of want in it.
func Fails(t *testing.T, name string, args []string, want ...string) {
	t.Helper()
	r := Run(t, args...)
	if r.Status != 1 {
		t.Errorf("%q: expected status 1, got %d", args, r.Status)
	}
	if !strings.HasPrefix(r.Err, name+": ") || strings.Count(r.Err, "\n") != 1 {
		t.Errorf("%q: expected one line from %s, got %q", args, name, r.Err)
	}
	for _, w := range want {
		if !strings.Contains(r.Err, w) {
			t.Errorf("%q: expected an error with %q, got %q", args, w, r.Err)
		}
	}
}

// EndAfter is a context that ends when it has been looked at n times: an
// interrupt in the midst of a training, on however slow a machine.
func EndAfter(n int64) context.Context {
	return &endAfter{Context: context.Background(), left: n}
}

type endAfter struct {
	context.Context
	left int64
}

func (c *endAfter) Err() error {
	if atomic.AddInt64(&c.left, -1) < 0 {
		return context.Canceled
	}
	return nil
}

// Command bench measures this library and its peer, PyTorch with its best
// settings, by turns in one run:
//
//	go run ./bench                            steps of training and of generating
//	go run ./bench --rows mlp-mnist,gan-64    some of them
//	go run ./bench --gemm                     matrix products, against OpenBLAS and BLIS
//	go run ./bench --scaling                  how time grows with size, and with cores
//	go run ./bench --memory                   peak memory
//	go run ./bench --results bench/RESULTS.md all of these, written down
//
// Nothing is installed; what is missing is named and left out.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/internal/atomicfile"
)

// options are the command line.
type options struct {
	json, rows, results, python    string
	gemm, scaling, memory, generic bool
	avx2                           bool
	threads, rounds                int
	block, pause                   time.Duration
}

func parse(args []string, messages io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(messages)
	f.StringVar(&o.json, "json", "", "also write the first table to this `file`")
	f.StringVar(&o.rows, "rows", "", "measure only these rows, a comma-separated `list`")
	f.StringVar(&o.results, "results", "", "measure everything and write it to this Markdown `file`")
	f.StringVar(&o.python, "python", findPython(), "the `program` that has PyTorch")
	f.BoolVar(&o.gemm, "gemm", false, "measure matrix products instead")
	f.BoolVar(&o.scaling, "scaling", false, "measure how time grows instead")
	f.BoolVar(&o.memory, "memory", false, "measure peak memory instead")
	f.BoolVar(&o.generic, "generic", false, "also measure ours without assembly, which takes minutes")
	f.BoolVar(&o.avx2, "avx2", false, "keep both sides from AVX-512")
	f.IntVar(&o.threads, "threads", runtime.NumCPU(), "`number` of threads of each side")
	f.IntVar(&o.rounds, "rounds", 9, "`number` of turns of each side")
	f.DurationVar(&o.block, "block", 300*time.Millisecond, "`time` of one turn")
	f.DurationVar(&o.pause, "pause", 30*time.Millisecond, "`time` before a turn, for the other side's threads to go to sleep")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	if o.threads < 1 || o.rounds < 1 || o.block <= 0 || o.pause < 0 {
		return o, fmt.Errorf("--threads, --rounds and --block must be positive, --pause not negative")
	}
	if o.json != "" && o.results == "" && (o.gemm || o.scaling || o.memory) {
		return o, fmt.Errorf("--json is of the first table, which --gemm, --scaling and --memory leave out")
	}
	return o, nil
}

func main() {
	if os.Getenv(childEnv) != "" {
		exitOn(serve(os.Stdin, os.Stdout))
		return
	}
	o, err := parse(os.Args[1:], os.Stderr)
	if err == flag.ErrHelp {
		return
	}
	exitOn(err)
	exitOn(asm.EnvError())
	if o.avx2 && slices.Contains(asm.Paths(), asm.AVX2) {
		asm.Use(asm.AVX2)
		exitOn(os.Setenv(asm.EnvPath, string(asm.AVX2))) // for child processes
	}
	exitOn(run(o, os.Stdout))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options, out io.Writer) error {
	picked, err := selectRows(o.rows)
	if err != nil {
		return err
	}
	b := &bench{
		out:  out,
		plan: plan{rounds: o.rounds, block: o.block, pause: o.pause},
		peer: peerSettings{o.python, o.threads, o.avx2},
	}
	if o.results == "" {
		return b.report(o, picked)
	}
	// Written at the end, so that a run that is stopped leaves nothing behind; what
	// would keep it from being written is better known at the beginning.
	if info, err := os.Stat(filepath.Dir(o.results)); err != nil || !info.IsDir() {
		return fmt.Errorf("--results %s: there is no folder %s", o.results, filepath.Dir(o.results))
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "# Results\n\nWritten by `go run ./bench --results %s`.\n", o.results)
	b.out = io.MultiWriter(out, &text)
	if err := b.report(o, picked); err != nil {
		return err
	}
	return atomicfile.Write(o.results, func(w io.Writer) error {
		_, err := text.WriteTo(w)
		return err
	})
}

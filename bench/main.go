// Command bench measures this library and its peer, PyTorch with its best
// settings, alternately in one run:
//
//	go run ./bench                             steps of training and of generating
//	go run ./bench --rows mlp-mnist,gan-64     some of them
//	go run ./bench --gemm                      matrix products, against OpenBLAS and BLIS
//	go run ./bench --conv                      convolutions, against PyTorch's
//	go run ./bench --scaling                   how time grows with size, and with cores
//	go run ./bench --memory                    peak memory
//	go run ./bench --results bench/results     all of these, written to a file of this processor class
//	go run ./bench --compare 1a2b3c..HEAD      rows at two git revisions, without a peer
//
// PyTorch is used from a virtual environment, which --install-peer makes. What is
// missing is named and left out.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/org/artnn/asm"
)

// options are the command line.
type options struct {
	json, rows, results, venv, compare string
	gemm, conv, scaling, memory        bool
	generic                            bool
	avx2, installPeer                  bool
	threads, rounds                    int
	block, pause                       time.Duration

	command string // repeats this run, on a machine with its own --venv
}

func parse(args []string, messages io.Writer) (options, error) {
	o := options{command: "go run ./bench"}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(messages)
	f.StringVar(&o.json, "json", "", "also write the first table to this `file`")
	f.StringVar(&o.rows, "rows", "", "measure only these rows, a comma-separated `list`")
	f.StringVar(&o.results, "results", "", "measure everything and write it to this `folder`, one file for each processor class")
	f.StringVar(&o.compare, "compare", "", "compare our rows at two git `revisions`, OLD..NEW; OLD without NEW compares with this program")
	f.StringVar(&o.venv, "venv", defaultVenv(), "`folder` of the virtual environment with PyTorch")
	f.BoolVar(&o.installPeer, "install-peer", false, "first install PyTorch "+peerVersion+" in that folder (6 GB)")
	f.BoolVar(&o.gemm, "gemm", false, "measure matrix products instead; with --compare too")
	f.BoolVar(&o.conv, "conv", false, "measure convolutions instead")
	f.BoolVar(&o.scaling, "scaling", false, "measure how time grows instead")
	f.BoolVar(&o.memory, "memory", false, "measure peak memory instead")
	f.BoolVar(&o.generic, "generic", false, "also measure ours without assembly, which takes minutes")
	f.BoolVar(&o.avx2, "avx2", false, "keep both sides from AVX-512")
	f.IntVar(&o.threads, "threads", runtime.NumCPU(), "`number` of threads of each side")
	f.IntVar(&o.rounds, "rounds", 0, "`number` of blocks of each side (default 9, with --compare 20)")
	f.DurationVar(&o.block, "block", 300*time.Millisecond, "`time` of one block")
	f.DurationVar(&o.pause, "pause", 30*time.Millisecond, "`time` before a block, for the other side's threads to go to sleep")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.rounds == 0 {
		o.rounds = 9
		if o.compare != "" {
			o.rounds = 20
		}
	}
	f.Visit(func(v *flag.Flag) {
		switch v.Name {
		case "json", "venv", "install-peer": // places and states of one machine
		default:
			o.command += fmt.Sprintf(" --%s=%s", v.Name, v.Value)
		}
	})
	return o, o.check(f.Args())
}

// check refuses options that do not go together.
func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case o.threads < 1 || o.rounds < 1 || o.block <= 0 || o.pause < 0:
		return fmt.Errorf("--threads, --rounds and --block must be positive, --pause not negative")
	case o.compare != "" && (o.results != "" || o.json != "" || o.conv || o.scaling || o.memory || o.generic || o.installPeer):
		return fmt.Errorf("--compare measures rows without a peer: of the other measurements only --gemm goes with it")
	case o.json != "" && o.results == "" && (o.gemm || o.conv || o.scaling || o.memory):
		return fmt.Errorf("--json writes the first table, which --gemm, --conv, --scaling and --memory leave out")
	}
	return nil
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
	if o.installPeer {
		if err := installPeer(o.venv, os.Stderr); err != nil {
			return err
		}
	}
	b := &bench{
		out:  out,
		plan: plan{rounds: o.rounds, block: o.block, pause: o.pause},
		peer: peerSettings{venvPython(o.venv), o.threads, o.avx2},
	}
	switch {
	case o.compare != "":
		return b.compareRevisions(o, picked)
	case o.results == "":
		return b.report(o, picked)
	}
	return writeResults(o.results, processorClass(), func(page io.Writer) error {
		b.out = io.MultiWriter(out, page)
		fmt.Fprintf(b.out, "\nWritten by `%s`.\n", strings.TrimSpace(o.command))
		return b.report(o, picked)
	})
}

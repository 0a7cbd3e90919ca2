package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed peer.py
var peerScript string

// installPeer is what makes the peer, as it is tuned here, available.
const installPeer = "sudo apt-get install --no-install-recommends python3-torch libopenblas0-openmp libtcmalloc-minimal4"

// errNoPeer means that PyTorch is not installed.
var errNoPeer = errors.New("PyTorch was not found")

// process is a program that speaks the protocol.
type process struct {
	*line
	cmd   *exec.Cmd
	stdin io.Closer
}

// start runs a program with some variables of its environment set.
func start(env []string, name string, args ...string) (*process, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = withEnv(os.Environ(), env)
	cmd.Stderr = os.Stderr
	to, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{newLine(to, from), cmd, to}, nil
}

// stop ends the program: at once if it does not end by itself.
func (p *process) stop() {
	_ = p.stdin.Close()
	timer := time.AfterFunc(5*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.cmd.Wait()
}

// peerSettings are where and how the peer runs.
type peerSettings struct {
	python  string
	threads int
	avx2    bool // keep it from AVX-512, as ours is then
}

// startPeer starts the peer in its tuned environment and sets up a row, unless
// that is empty. The reply is that to setup, or to info without a row.
//
// Errors: errNoPeer if there is no Python or it has no PyTorch.
func startPeer(s peerSettings, row string) (*process, reply, error) {
	if s.python == "" {
		return nil, reply{}, errNoPeer
	}
	p, err := start(tuned(s.threads, s.avx2, libraries()), s.python, "-c", peerScript)
	if err != nil {
		return nil, reply{}, fmt.Errorf("%w: %w", errNoPeer, err)
	}
	a, err := p.call(request{Do: "info"})
	if err == nil && row != "" {
		a, err = p.call(request{Do: "setup", Row: row, Threads: s.threads})
	}
	if err != nil {
		p.stop()
		if strings.Contains(err.Error(), "no torch: ") {
			err = fmt.Errorf("%w: %w", errNoPeer, err)
		}
		return nil, reply{}, err
	}
	return p, a, nil
}

// findPython prefers the system's Python, for which Debian's PyTorch is built.
func findPython() string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// fastLibraries are what makes the peer fast, where installed.
type fastLibraries struct {
	tcmalloc string // file of an allocator that keeps large blocks
	openblas string // directory of the OpenBLAS that shares PyTorch's threads
}

func libraries() fastLibraries {
	return fastLibraries{
		tcmalloc: firstMatch("/usr/lib/*-linux-gnu/libtcmalloc_minimal.so.4"),
		openblas: firstMatch("/usr/lib/*-linux-gnu/openblas-openmp"),
	}
}

func firstMatch(pattern string) string {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// tuned is the environment in which the peer is fastest: as many threads as
// cores, one pool of them, and the libraries.
func tuned(threads int, avx2 bool, l fastLibraries) []string {
	n := strconv.Itoa(threads)
	env := []string{"OMP_NUM_THREADS=" + n, "OPENBLAS_NUM_THREADS=" + n, "BLIS_NUM_THREADS=" + n}
	if l.tcmalloc != "" {
		env = append(env, "LD_PRELOAD="+l.tcmalloc)
	}
	if l.openblas != "" {
		env = append(env, "LD_LIBRARY_PATH="+l.openblas)
	}
	if avx2 {
		env = append(env, "OPENBLAS_CORETYPE=Haswell",
			"ATEN_CPU_CAPABILITY=avx2", "DNNL_MAX_CPU_ISA=AVX2")
	}
	return env
}

// withEnv is an environment with some variables set, those that were there
// before replaced.
func withEnv(old, set []string) []string {
	name := func(s string) string { n, _, _ := strings.Cut(s, "="); return n }
	env := slices.DeleteFunc(slices.Clone(old), func(o string) bool {
		return slices.ContainsFunc(set, func(s string) bool { return name(s) == name(o) })
	})
	return append(env, set...)
}

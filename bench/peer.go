package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

//go:embed peer.py
var peerScript string

// peerVersion is the version of PyTorch that is installed.
const peerVersion = "2.15.0"

// errNoPeer means that there is no PyTorch to compare with.
var errNoPeer = errors.New("PyTorch was not found")

// peerSettings are where and how the peer runs.
type peerSettings struct {
	python  string // Python of a virtual environment that has PyTorch
	threads int
	avx2    bool // restrict it to AVX2, as ours is then
}

// startPeer starts the peer in its tuned environment and sets up a row, unless
// that is empty. The reply is that to setup, or to info without a row.
//
// Errors: errNoPeer if there is no Python or it has no PyTorch.
func startPeer(s peerSettings, row string) (*process, reply, error) {
	if s.python == "" {
		return nil, reply{}, errNoPeer
	}
	// -I: packages of this environment only.
	p, err := start(peerEnv(s, tcmalloc()), s.python, "-I", "-c", peerScript)
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

// defaultVenv is the virtual environment in the user's cache, nothing if the
// user has no cache folder.
func defaultVenv() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "artnn-bench", "torch-"+peerVersion)
}

// venvPython is the Python of a virtual environment.
func venvPython(venv string) string {
	switch {
	case venv == "":
		return ""
	case runtime.GOOS == "windows":
		return filepath.Join(venv, "Scripts", "python.exe")
	}
	return filepath.Join(venv, "bin", "python")
}

// installPeer makes a virtual environment with PyTorch. After an interrupted
// installation it continues.
func installPeer(venv string, messages io.Writer) error {
	if venv == "" {
		return errors.New("--install-peer: no folder for PyTorch: name one with --venv")
	}
	for _, command := range [][]string{
		{"python3", "-m", "venv", venv},
		{venvPython(venv), "-m", "pip", "install", "torch==" + peerVersion, "numpy"},
	} {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdout, cmd.Stderr = messages, messages
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("--install-peer: %s: %w", strings.Join(command, " "), err)
		}
	}
	return nil
}

// tcmalloc is the file of an allocator that reuses large blocks, which the
// system's gives back after every step. Nothing where it is not installed.
func tcmalloc() string { return firstMatch("/usr/lib/*-linux-gnu/libtcmalloc_minimal.so.4") }

const installTcmalloc = "sudo apt-get install --no-install-recommends libtcmalloc-minimal4"

// peerEnv is the environment in which PyTorch is fastest, as changes for
// withEnv. The OpenBLAS variables would misguide the one inside NumPy.
func peerEnv(s peerSettings, tcmalloc string) []string {
	env := []string{"OMP_NUM_THREADS=" + strconv.Itoa(s.threads), "MKL_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
	if tcmalloc != "" {
		env = append(env, "LD_PRELOAD="+tcmalloc)
	}
	if s.avx2 {
		env = append(env, "ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "MKL_ENABLE_INSTRUCTIONS=AVX2")
	}
	return env
}

// describePeer says which PyTorch is measured, with which libraries and
// settings.
func describePeer(s peerSettings, versions map[string]string) []string {
	found := "Peer: PyTorch " + versions["PyTorch"]
	if v := versions["PyTorch"]; v != peerVersion && !strings.HasPrefix(v, peerVersion+"+") {
		found += " (not " + peerVersion + ", which --install-peer installs)"
	}
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		if name != "PyTorch" {
			found += ", " + name + " " + versions[name]
		}
	}
	lines := []string{found}
	var settings []string
	allocator := tcmalloc()
	for _, change := range peerEnv(s, allocator) {
		if strings.Contains(change, "=") {
			settings = append(settings, change)
		}
	}
	settings = append(settings, "fused optimisers", "inference mode where nothing trains")
	lines = append(lines, "Its settings: "+strings.Join(settings, ", "))
	if allocator == "" {
		lines = append(lines, "tcmalloc was not found, PyTorch is slower without it: "+installTcmalloc)
	}
	return lines
}

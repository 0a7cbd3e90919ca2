package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/klauspost/cpuid/v2"
)

//go:embed blas/blas.c
var blasSource string

// blasLibrary is a BLAS library, loaded by a process of its own.
type blasLibrary struct {
	*process
	name string
}

// blasFiles are where Debian keeps the libraries, the fastest build first.
var blasFiles = []struct{ name, install, file string }{
	{"OpenBLAS", "libopenblas0-openmp", "/usr/lib/*-linux-gnu/openblas-openmp/libopenblas.so.0"},
	{"BLIS", "libblis4-openmp", "/usr/lib/*-linux-gnu/blis-openmp/libblis.so.4"},
}

// startBLAS starts one process for each installed library. The notes give their
// versions, and how to install those that are missing. stop ends all processes.
func startBLAS(s peerSettings) (libs []blasLibrary, notes []string, stop func(), err error) {
	stop = func() {
		for _, l := range libs {
			l.stop()
		}
	}
	program, clean, err := compileBLAS()
	if err != nil {
		return nil, []string{fmt.Sprintf("No BLAS library is measured: %v. Install gcc.", err)}, stop, nil
	}
	defer clean()
	for _, f := range blasFiles {
		file := firstMatch(f.file)
		if file == "" {
			notes = append(notes, fmt.Sprintf("%s was not found: sudo apt-get install --no-install-recommends %s", f.name, f.install))
			continue
		}
		p, err := start(blasEnv(s, intelAVX512()), program, file)
		if err != nil {
			stop()
			return nil, nil, nil, err
		}
		libs = append(libs, blasLibrary{p, f.name})
		a, err := p.call(request{Do: "info"})
		if err != nil {
			stop()
			return nil, nil, nil, fmt.Errorf("%s: %w", f.name, err)
		}
		for name, version := range a.Versions {
			notes = append(notes, name+": "+version)
		}
	}
	if len(libs) > 0 {
		note, err := peakNotes(libs[0].process)
		if err != nil {
			stop()
			return nil, nil, nil, err
		}
		if note != "" {
			notes = append(notes, note)
		}
	}
	return libs, notes, stop, nil
}

// blasEnv is the environment of the BLAS libraries, as changes for withEnv: the
// threads asked for, and the kernels and cache sizes that they choose. wide is
// [intelAVX512].
func blasEnv(s peerSettings, wide bool) []string {
	n := strconv.Itoa(s.threads)
	env := []string{"OMP_NUM_THREADS=" + n, "OPENBLAS_NUM_THREADS=" + n, "BLIS_NUM_THREADS=" + n, "OPENBLAS_L2_SIZE"}
	if s.avx2 {
		return append(env, "OPENBLAS_CORETYPE=Haswell")
	}
	if wide {
		// It knows processors by model number, and takes later ones for old ones.
		return append(env, "OPENBLAS_CORETYPE=SkylakeX")
	}
	return append(env, "OPENBLAS_CORETYPE")
}

// intelAVX512 reports whether this is a processor of those that OpenBLAS's SkylakeX
// kernels are for.
func intelAVX512() bool {
	return cpuid.CPU.IsVendor(cpuid.Intel) && cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL)
}

// compileBLAS builds blas.c. clean removes the program, which may be running.
func compileBLAS() (program string, clean func(), err error) {
	cc, err := exec.LookPath("cc")
	if err != nil {
		return "", nil, errNoCompiler
	}
	dir, err := os.MkdirTemp("", "artnn-bench")
	if err != nil {
		return "", nil, err
	}
	clean = func() { _ = os.RemoveAll(dir) }
	source := filepath.Join(dir, "blas.c")
	program = filepath.Join(dir, "blas")
	if err := os.WriteFile(source, []byte(blasSource), 0o600); err != nil {
		clean()
		return "", nil, err
	}
	if out, err := exec.Command(cc, "-O2", "-o", program, source, "-ldl").CombinedOutput(); err != nil {
		clean()
		return "", nil, fmt.Errorf("%w: %s does not compile blas.c: %s", errNoCompiler, cc, out)
	}
	return program, clean, nil
}

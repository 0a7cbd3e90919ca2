//go:build !purego

package asm

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestGateCoversKernels reads what each kernel requires, as avo has noted above
// it, and fails if the gate does not ask for it.
func TestGateCoversKernels(t *testing.T) {
	// Every amd64 has these; avo files PREFETCHT0 under MMX+.
	gate := map[string]bool{"SSE": true, "SSE2": true, "CMOV": true, "MMX+": true}
	for _, f := range avx2Features {
		gate[f.String()] = true
	}
	checkGate(t, "*_avx2_amd64.s", gate)
	for _, f := range avx512Features {
		gate[f.String()] = true
	}
	checkGate(t, "*_avx512_amd64.s", gate)
}

func checkGate(t *testing.T, pattern string, gate map[string]bool) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no assembly found: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kernels, noted := strings.Count(string(text), "\nTEXT "), 0
		for line := range strings.Lines(string(text)) {
			list, ok := strings.CutPrefix(line, "// Requires: ")
			if !ok {
				continue
			}
			noted++
			for name := range strings.SplitSeq(strings.TrimSpace(list), ", ") {
				if !gate[name] {
					t.Errorf("%s: %s is not in the gate", file, name)
				}
			}
		}
		if noted != kernels {
			t.Errorf("%s: %d kernels, %d notes of what they require", file, kernels, noted)
		}
	}
}

// sse matches a vector register among the operands.
var sse = regexp.MustCompile(`\b[XYZ][0-9]+\b`)

// TestVZEROUPPER checks that no kernel returns with dirty upper halves, and
// that none uses SSE while they are.
func TestVZEROUPPER(t *testing.T) {
	files, _ := filepath.Glob("*_avx*_amd64.s")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		returns := strings.Count(string(text), "\n\tRET\n")
		if clean := strings.Count(string(text), "\n\tVZEROUPPER\n\tRET\n"); clean != returns || returns == 0 {
			t.Errorf("%s: %d of %d returns follow VZEROUPPER", file, clean, returns)
		}
		for line := range strings.Lines(string(text)) {
			name, args, _ := strings.Cut(strings.TrimSpace(line), " ")
			if name != "" && name[0] != 'V' && sse.MatchString(args) {
				t.Errorf("%s: SSE: %s", file, strings.TrimSpace(line))
			}
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestCommittedFiles holds the committed files against this program.
func TestCommittedFiles(t *testing.T) {
	written := files()
	for name, text := range written {
		src, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		if string(src) != text {
			t.Errorf("%s is not what the program prints: run _gen/generate.sh", name)
		}
	}
	committed, err := filepath.Glob("../../*_neon_arm64.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range committed {
		if _, ok := written[filepath.Base(name)]; !ok {
			t.Errorf("%s is printed by no program", filepath.Base(name))
		}
	}
}

// TestReservedRegisters keeps the kernels off R18, which macOS and Windows own,
// R27 and R28, which Go's assembler and scheduler use, and the frame and link
// registers.
func TestReservedRegisters(t *testing.T) {
	reserved := regexp.MustCompile(`\bR(18|27|28|29|30)\b`)
	for _, p := range programs() {
		for _, line := range strings.Split(p.String(), "\n") {
			if reserved.MatchString(line) {
				t.Errorf("%s: %s", p.name, line)
			}
		}
	}
}

// TestGemmInstructions holds the counts that the comments of the kernels state.
func TestGemmInstructions(t *testing.T) {
	loops := map[[2]int]int{} // FMLA and other instructions: how often
	for _, p := range programs()[:3] {
		var fmla, other int
		inLoop, label := false, ""
		for _, line := range strings.Split(p.String(), "\n") {
			switch {
			case strings.HasSuffix(line, ":"):
				fmla, other, inLoop, label = 0, 0, true, strings.TrimSuffix(line, ":")
			case !inLoop || !strings.HasPrefix(line, "\t"):
			case strings.Contains(line, "// fmla"):
				fmla++
			default:
				other++
				if strings.HasPrefix(line, "\tBNE") && strings.HasSuffix(line, " "+label) && fmla > 0 {
					loops[[2]int{fmla, other}]++
					inLoop = false
				}
			}
		}
	}
	for _, want := range []struct {
		loop        string
		fmla, other int
	}{
		{"gemm6x16NEON, packed", 48, 10},
		{"gemm6x16NEON, six rows in place", 24, 12},
		{"gemm6x4NEON, six rows", 6, 11},
		{"gemmDotNEON, three rows", 24, 16},
	} {
		if loops[[2]int{want.fmla, want.other}] == 0 {
			t.Errorf("%s: no loop of %d FMLA and %d others; there are %v", want.loop, want.fmla, want.other, loops)
		}
	}
}

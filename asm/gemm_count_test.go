package asm

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table of the package's documentation is what the assembly says.
func TestInnerLoopsAreAsDocumented(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	var fmas, all, ratios []string
	for _, k := range []struct{ file, function, loop string }{
		{"gemm_avx2_amd64.s", "gemm6x16AVX2", "main"},
		{"gemm_avx512_amd64.s", "gemm12x32AVX512", "main"},
		{"gemm_neon_arm64.s", "gemm6x16NEON", "packed"},
	} {
		fma, n := countLoop(t, k.file, k.function, k.loop)
		fmas, all = append(fmas, fmt.Sprint(fma)), append(all, fmt.Sprint(n))
		ratios = append(ratios, fmt.Sprintf("%.2f", float64(n)/float64(fma)))
	}
	for head, want := range map[string][]string{"fused multiply-adds (FMA)": fmas, "all instructions": all, "instructions per FMA": ratios} {
		row := regexp.MustCompile(`//\t` + regexp.QuoteMeta(head) + `(.*)`).FindSubmatch(doc)
		require.NotNil(t, row, head)
		assert.Equal(t, want, strings.Fields(string(row[1])), head)
	}
}

// countLoop counts the multiply-adds and all instructions of a loop, from its
// label to the first branch.
func countLoop(t *testing.T, file, function, loop string) (fma, all int) {
	src, err := os.ReadFile(file)
	require.NoError(t, err)
	_, body, ok := strings.Cut(string(src), "TEXT ·"+function+"(")
	require.True(t, ok, function)
	_, body, ok = strings.Cut(body, "\n"+loop)
	require.True(t, ok, loop)
	for _, line := range strings.Split(body, "\n")[1:] {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		all++
		if strings.Contains(line, "VFMADD") || strings.Contains(line, "// fmla") {
			fma++
		}
		if line[0] == 'J' || strings.HasPrefix(line, "BNE") {
			return fma, all
		}
	}
	t.Fatal(file, ": the loop has no end")
	return 0, 0
}

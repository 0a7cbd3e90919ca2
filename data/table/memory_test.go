package table

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Reading takes a small multiple of the file, whatever is in it: at most six times
// at once, and not much more in all.
func TestReadCSVMemory(t *testing.T) {
	const rows = 60_000
	for name, row := range map[string]func(b *strings.Builder, i int){
		"small numbers": func(b *strings.Builder, i int) { b.WriteString("1,2\n") },
		"empty":         func(b *strings.Builder, i int) { b.WriteString(",\n") },
		"categories":    func(b *strings.Builder, i int) { b.WriteString("x,y\n") },
		"names":         func(b *strings.Builder, i int) { fmt.Fprintf(b, "x%d,\n", i) },
		"prices":        func(b *strings.Builder, i int) { fmt.Fprintf(b, "\"%d,%03d.%02d\",0.1\n", i/1000+1, i%1000, i%100) },
		"dates":         func(b *strings.Builder, i int) { fmt.Fprintf(b, "2021-01-%02d 10:%02d,1\n", i%28+1, i%60) },
		"many columns":  func(b *strings.Builder, i int) { b.WriteString(strings.Repeat("7,", 9) + "7\n") },
		"quotes":        func(b *strings.Builder, i int) { b.WriteString("\"x\",\"\"\"\"\n") },
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("a,b\n")
			if name == "many columns" {
				b.Reset()
				b.WriteString("a,b,c,d,e,f,g,h,i,j\n")
			}
			for i := range rows {
				row(&b, i)
			}
			path := filepath.Join(t.TempDir(), "t.csv")
			require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o666))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			made, err := LoadCSV(path, Options{})
			runtime.ReadMemStats(&after)
			require.NoError(t, err)
			assert.Equal(t, rows, made.Len())
			taken := float64(after.TotalAlloc-before.TotalAlloc) - 1<<20 // of buffers
			t.Logf("%.1f times the file", taken/float64(b.Len()))
			assert.Less(t, taken, 8*float64(b.Len()))
		})
	}
}

func BenchmarkLoadCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("area,price,when,site,id\n")
	for i := range 200_000 {
		fmt.Fprintf(&text, "%d.%02d,\"%d,%03d.5\",2021-%02d-%02d 10:%02d,site %d,x%d\n", i%500, i%100, i%90+1, i%1000, i%12+1, i%28+1, i%60, i%40, i)
	}
	path := filepath.Join(b.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := LoadCSV(path, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

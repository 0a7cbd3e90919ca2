//go:build !race

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tableEnv is the size of the table of TestTableTrainsInLittleMemory in megabytes:
//
//	ARTNN_TEST_TABLE_MB=500 go test ./cmd/artnn -run TableTrains -v -timeout 1h
const tableEnv = "ARTNN_TEST_TABLE_MB"

// bigTable writes a table of prices with names, categories, dates and gaps.
func bigTable(t *testing.T, path string, size int) {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	w := bufio.NewWriter(f)
	_, err = w.WriteString("id,site,area,price,when,rooms,note\n")
	require.NoError(t, err)
	for i, n := 0, 0; n < size; i++ {
		area, site := 2000+i*7919%28000, i*31%40
		k, err := fmt.Fprintf(w, "x%d,site %d,%d.%02d,\"%d,%03d.50\",2021-%02d-%02d 10:%02d,%d,%s\n",
			i, site, area/100, area%100, 1+area/1000, site*17, 1+i%12, 1+i%28, i%60, 1+i%6, []string{"", "ok", "new roof", "NA"}[i%4])
		require.NoError(t, err)
		n += k
	}
	require.NoError(t, w.Flush())
	require.NoError(t, f.Close())
}

// peakOf runs a program and returns the most memory that it had, in bytes. What the
// system says of a process at its end counts the one that started it too.
func peakOf(t *testing.T, c *exec.Cmd) (peak int) {
	t.Helper()
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	require.NoError(t, c.Start())
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case err := <-done:
			tick.Stop()
			require.NoError(t, err, "%s", &out)
			require.NotZero(t, peak)
			return peak
		case <-tick.C:
			status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.Process.Pid)) // it may have ended
			if m := highWater.FindSubmatch(status); m != nil {
				kb, err := strconv.Atoi(string(m[1]))
				require.NoError(t, err)
				peak = kb << 10
			}
		}
	}
}

// highWater is the most memory that a process has had since it runs its program.
var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// A table trains in at most six times the memory of its file and 200 MB.
func TestTableTrainsInLittleMemory(t *testing.T) {
	megabytes := 3
	if text := os.Getenv(tableEnv); text != "" {
		var err error
		megabytes, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "big.csv")
	bigTable(t, path, megabytes<<20)
	begin := time.Now()
	c := exec.Command(os.Args[0], "train", "mlp", "--data", path, "--target=price", "--steps=20", "--samples=1", "-q", "-o", filepath.Join(dir, "run"))
	c.Env = append(os.Environ(), beTheProgram+"=1")
	peak := peakOf(t, c) >> 20
	t.Logf("%d MiB: %d MiB at most, %.1f s", megabytes, peak, time.Since(begin).Seconds())
	assert.Less(t, peak, 6*megabytes+200)
}

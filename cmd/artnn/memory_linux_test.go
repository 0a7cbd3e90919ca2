//go:build !race

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
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

// drawings writes pictures of random colours.
func drawings(t *testing.T, n, side int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	m := image.NewGray(image.Rect(0, 0, side, side))
	for i := range n {
		for j := range m.Pix {
			m.Pix[j] = byte(i*7919 + j/(5+i%11))
		}
		require.NoError(t, data.WritePNG(filepath.Join(dir, fmt.Sprintf("%05d.png", i)), m))
	}
	return dir
}

// peakWith runs the program with arguments and returns the most memory that it had.
func peakWith(t *testing.T, args ...string) int {
	t.Helper()
	c := program(args...)
	c.Env = append(c.Env, "GOMAXPROCS=2") // each thread decodes a picture
	return peakOf(t, c)
}

// Training takes the memory of the pictures, of what Adam and averaging keep, and of the
// values between layers: no copy of it for a checkpoint, nor twice of it for garbage.
func TestLargePicturesTrainInBoundedMemory(t *testing.T) {
	const side, n, batch = 128, 40, 16
	pixels := 3 * side * side
	dir := drawings(t, n, side)
	peak := peakWith(t, "train", "image", "--data", dir, "--model=dense", "--no-gray", fmt.Sprint("--size=", side), fmt.Sprint("--batch=", batch),
		"--steps=3", "--samples=1", "-q", "-o", filepath.Join(t.TempDir(), "run"))
	// Two networks of one large layer of 256 inputs each: weights, two moments, and of
	// one the average, what its sums lost, of the other a gradient.
	model := 256 * pixels * 4 * (2*3 + 3)
	between := 44 * batch * pixels * 4
	t.Logf("%d MB at most; pictures %d, model %d, between layers %d", peak>>20, n*pixels>>20, model>>20, between>>20)
	assert.Less(t, peak, (n*pixels+model+between)*5/4+100<<20)
}

// Pictures are compared with those of a folder without those as float32 in memory.
func TestFoldersAreComparedInBoundedMemory(t *testing.T) {
	const side, n = 64, 3000
	pixels := 3 * side * side
	dir, run := drawings(t, n, side), filepath.Join(t.TempDir(), "run")
	peakWith(t, "train", "image", "--data", dir, "--model=dense", "--hidden=8", "--no-gray", fmt.Sprint("--size=", side), "--steps=1", "--samples=1", "-q", "-o", run)
	const blocks = 3 * 64 << 20 // as read, about their middle, and as a tensor
	for name, args := range map[string][]string{
		"eval":    {"eval", "-m", run, "--data", dir, "-n", "16"},
		"nearest": {"generate", "image", "-m", run, "-n", "4", "--nearest", dir, "-o", filepath.Join(t.TempDir(), "pairs.png")},
	} {
		peak := peakWith(t, args...)
		t.Logf("%s: %d MB at most; pictures %d", name, peak>>20, n*pixels>>20)
		assert.Less(t, peak, 2*n*pixels+blocks+340<<20, name)
	}
}

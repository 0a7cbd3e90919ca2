package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// measureLimits measures the machine's arithmetic and memory with a number of
// threads: the best of several tries, since other programs may be running.
func measureLimits(threads int) limits {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	var l limits
	for _, k := range []int{192, 256, 320} { // packed panels fill most of 32 KiB
		l.flops = max(l.flops, together(threads, 12, func(int) func() float64 { return newPeak(k) }))
	}
	numbers := min(1<<28, int(^uint(0)>>1)/64) / threads // more than caches hold
	memory := largePages(numbers * threads)
	for i := range memory {
		memory[i] = 1
	}
	l.bandwidth = together(threads, 6, func(i int) func() float64 {
		part := memory[i*numbers : (i+1)*numbers]
		return func() float64 {
			asm.Sum(part)
			return 4 * float64(len(part))
		}
	})
	return l
}

// largePages is memory as the cpu backend gives it to weights: in large pages where
// the system has them, which a virtual machine reads up to twice as fast as small ones.
// It is dropped in the end, not freed: the backend would keep it.
func largePages(n int) []float32 {
	if be, err := backend.Get("cpu"); err == nil {
		if b, ok := be.Alloc(n).(interface{ Floats() []float32 }); ok {
			return b.Floats()
		}
	}
	return make([]float32, n)
}

// newPeak multiplies matrices of one tile, both in cache: multiply-adds, the loads
// that they need, and one sum at the end.
func newPeak(k int) func() float64 {
	a, b := make([]float32, 2*asm.MR*k), make([]float32, 2*k*asm.NR)
	c := make([]float32, 4*asm.MR*asm.NR)
	return func() float64 {
		const calls = 5000
		for range calls {
			asm.GemmWide(&asm.WideTile{K: k, M: 2 * asm.MR, N: 2 * asm.NR, A: a, B: b, C: c, CRow: 2 * asm.NR, Accumulate: true})
		}
		return 8 * asm.MR * asm.NR * calls * float64(k)
	}
}

// together runs one loop on each of several threads at the same time. It returns
// the work done in a second, the most of several tries.
func together(threads, tries int, newLoop func(i int) func() float64) float64 {
	loops := make([]func() float64, threads)
	for i := range loops {
		loops[i] = newLoop(i)
	}
	best := 0.0
	for range tries {
		done := make([]float64, threads)
		var group sync.WaitGroup
		start := time.Now()
		for i, loop := range loops {
			group.Go(func() { done[i] = loop() })
		}
		group.Wait()
		total := 0.0
		for _, d := range done {
			total += d
		}
		best = max(best, total/time.Since(start).Seconds())
	}
	return best
}

// describe names the date, the machine and the version of this library.
func describe(threads int) []string {
	system := runtime.GOOS + "/" + runtime.GOARCH
	if release := firstLine("/proc/sys/kernel/osrelease"); release != "" {
		system += ", kernel " + release
	}
	lines := []string{
		fmt.Sprintf("Date: %s", time.Now().UTC().Format("2006-01-02 15:04 MST")),
		fmt.Sprintf("Processor: %s, %s, %s used, vector extensions %s",
			orUnknown(field("/proc/cpuinfo", "model name")), words.Count(runtime.NumCPU(), "core"), words.Count(threads, "thread"), vectors(field("/proc/cpuinfo", "flags"))),
		fmt.Sprintf("Memory: %s; system: %s", orUnknown(field("/proc/meminfo", "MemTotal")), system),
		fmt.Sprintf("artnn %s, kernels %s, %s", revision(), asm.Selected(), runtime.Version()),
	}
	if load := firstLine("/proc/loadavg"); load != "" {
		lines = append(lines, fmt.Sprintf("Load when started: %s (above 0.5, times are those of a busy machine)", strings.Fields(load)[0]))
	}
	return lines
}

// vectors are the vector extensions among a processor's flags.
func vectors(flags string) string {
	var known []string
	for f := range strings.FieldsSeq(flags) {
		switch f {
		case "avx2", "fma", "avx512f", "amx_tile", "asimd", "sve":
			known = append(known, f)
		}
	}
	return orUnknown(strings.Join(known, " "))
}

func revision() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

func firstLine(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

// field is the first value of a key in a file of lines "key : value".
func field(path, key string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return value(string(text), key)
}

// value is the first value of a key in lines of "key : value".
func value(text, key string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// resident is a size in MB from the status of this process, 0 on systems
// without /proc.
func resident(key string) float64 {
	var kb float64
	if _, err := fmt.Sscan(field("/proc/self/status", key), &kb); err != nil {
		return 0
	}
	return kb / 1024
}

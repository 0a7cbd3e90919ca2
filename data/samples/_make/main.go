// Command _make writes the sample sets beside it. README.md says from what.
package main

import (
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	log.SetFlags(0)
	faces := flag.String("faces", "", "gzipped bytes [n][16][16][3]")
	quatrains := flag.String("quatrains", "", "quatrains with a blank line between")
	moby := flag.String("moby", "", "Moby-Dick, each chapter beginning with a line CHAPTER n.")
	out := flag.String("o", "data/samples", "folder to write to")
	flag.Parse()
	if *faces == "" || *quatrains == "" || *moby == "" {
		flag.Usage()
		os.Exit(2)
	}
	write := func(name string, content []byte, err error) {
		if err == nil {
			err = os.WriteFile(filepath.Join(*out, name), content, 0o644)
		}
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		fmt.Printf("%s: %d bytes\n", name, len(content))
	}
	p, err := checkFaces(*faces)
	write("faces16.rgb.gz", p, err)
	p, err = commonQuatrains(*quatrains, 3000)
	write("quatrains.txt", p, err)
	p, err = firstChapters(*moby, 300<<10)
	write("moby-dick.txt", p, err)
}

// checkFaces copies the set as it is once it is seen to be whole.
func checkFaces(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(io.Discard, z)
	if err != nil {
		return nil, err
	}
	if n == 0 || n%(16*16*3) != 0 {
		return nil, fmt.Errorf("%d bytes are no whole number of 16×16×3 pictures", n)
	}
	return os.ReadFile(name)
}

// commonQuatrains picks the n quatrains whose rarest character is the
// commonest, and keeps their order: a small vocabulary, so that a small model
// sees each character often enough to learn it.
func commonQuatrains(name string, n int) ([]byte, error) {
	p, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text := string(p)
	all := strings.Split(strings.TrimSpace(text), "\n\n")
	if len(all) < n {
		return nil, fmt.Errorf("%d quatrains, need %d", len(all), n)
	}
	frequency := map[rune]int{}
	for _, r := range text {
		frequency[r]++
	}
	rarest := make([]int, len(all))
	order := make([]int, len(all))
	for i, q := range all {
		order[i] = i
		rarest[i] = len(text)
		for _, r := range q {
			rarest[i] = min(rarest[i], frequency[r])
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return rarest[b] - rarest[a] })
	order = order[:n]
	slices.Sort(order)
	var b strings.Builder
	for k, i := range order {
		if k > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(all[i])
	}
	b.WriteString("\n")
	return []byte(b.String()), nil
}

// firstChapters keeps as many whole chapters as fit into limit bytes.
func firstChapters(name string, limit int) ([]byte, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	end := strings.LastIndex(string(text[:min(limit, len(text))]), "\nCHAPTER ")
	if end < 0 {
		return nil, fmt.Errorf("no chapter ends in the first %d bytes", limit)
	}
	return []byte(strings.TrimSpace(string(text[:end])) + "\n"), nil
}

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/org/artnn/internal/atomicfile"
)

// indexFile lists the results in a folder; hosts of repositories show it.
const indexFile = "README.md"

// writeResults writes what report prints to folder/class.md, and the index of
// the folder. Both are written after report has ended: a run that is stopped, or
// fails, changes nothing.
func writeResults(folder, class string, report func(io.Writer) error) error {
	// A long run should not fail at its end for a reason known at its start.
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("--results %s: there is no such folder: make it first", folder)
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "# Results: %s\n", class)
	if err := report(&text); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, class+".md"), text.Bytes()); err != nil {
		return err
	}
	return writeIndex(folder)
}

// writeIndex makes the index of a folder from the results in it.
func writeIndex(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return err
	}
	t := &table{head: []string{"processor class", "processor", "date", "peer"}}
	for _, path := range slices.Sorted(slices.Values(files)) {
		name := filepath.Base(path)
		if name == indexFile {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		peer, _, _ := strings.Cut(item(string(text), "Peer"), ",")
		processor, _, _ := strings.Cut(item(string(text), "Processor"), ",")
		date, _, _ := strings.Cut(item(string(text), "Date"), " ")
		t.add(fmt.Sprintf("[%s](%s)", strings.TrimSuffix(name, ".md"), name),
			orUnknown(processor), orUnknown(date), orUnknown(peer))
	}
	var out bytes.Buffer
	out.WriteString("# Results by processor class\n\nEach file is one full run of `go run ./bench --results bench/results`, which also makes this list. Times of different machines are not comparable; ratios to the peer and multiples of the machine's floor are.\n\n")
	if err := t.write(&out); err != nil {
		return err
	}
	return writeFile(filepath.Join(folder, indexFile), out.Bytes())
}

// item is the text of the line "- KEY: text" of a page, nothing without one.
func item(page, key string) string { return value(page, "- "+key) }

func writeFile(path string, text []byte) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/org/artnn/format/safetensors"
)

// info tells what is in a file.
type info struct {
	File    string `arg:"" help:"A model's file, any safetensors file, or a run's folder."`
	Tensors bool   `help:"List every tensor, also of artnn's own models."`
}

// Help is shown by --help.
func (*info) Help() string {
	return `Of a model that artnn wrote: its kind, configuration, size, vocabulary and where its training stands. Of any other safetensors file: its metadata and tensors. Every number in the file is read to see that none is NaN or infinite.

Examples:
  artnn info run1
  artnn info model.safetensors --tensors`
}

// Run is the command.
func (c *info) Run(con *console) error {
	path, err := modelFile(c.File)
	if err != nil {
		return err
	}
	f, err := safetensors.Open(path)
	if err != nil {
		return fmt.Errorf("%w: is it a safetensors file?", err)
	}
	defer f.Close()
	stat, err := os.Stat(path)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) { fmt.Fprintf(w, "%s\t%s\n", name, fmt.Sprintf(format, args...)) }
	line("file", "%s, %s", path, bytesText(stat.Size()))
	meta := f.Metadata()
	own := meta["format"] == "artnn" && meta["model"] != ""
	if own {
		line("kind", "%s (artnn, file version %s)", printable(meta["model"]), printable(meta["version"]))
		describe(line, meta["config"])
		if v := meta["vocabulary"]; v != "" {
			line("vocabulary", "%s", vocabularyText(v))
		}
		line("training", "%s", trainingText(meta["training"]))
	} else {
		line("kind", "not one of artnn's models")
		for _, key := range slices.Sorted(maps.Keys(meta)) {
			line("metadata "+printable(key), "%s", shortened(printable(meta[key]), 200))
		}
	}
	if err := c.numbers(line, f); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if c.Tensors || !own {
		return listTensors(con.out, f)
	}
	return nil
}

// numbers describes the tensors all together.
func (*info) numbers(line func(string, string, ...any), f *safetensors.File) error {
	var weights, training, all int
	types := map[string]int{}
	for _, name := range f.Names() {
		t, err := f.Info(name)
		if err != nil {
			return err
		}
		all++
		types[t.DType.String()] += t.Size()
		if strings.HasPrefix(name, "training.") {
			training += t.Size()
		} else {
			weights += t.Size()
		}
	}
	text := fmt.Sprintf("%s in %d tensors", countText(weights), all)
	if training > 0 {
		text = fmt.Sprintf("%s, and %s of training state, in %d tensors", countText(weights), countText(training), all)
	}
	line("parameters", "%s", text)
	line("stored as", "%s", strings.Join(slices.Sorted(maps.Keys(types)), ", "))
	if err := f.NonFinite(); err != nil {
		line("numbers", "not all finite: %v", err)
	} else {
		line("numbers", "all finite")
	}
	return nil
}

// describe writes a configuration, a line for each of its fields, in the order
// of the file.
func describe(line func(string, string, ...any), config string) {
	d := json.NewDecoder(strings.NewReader(config))
	if _, err := d.Token(); err != nil {
		line("configuration", "cannot be read: %v", err)
		return
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return
		}
		var short bytes.Buffer
		if json.Compact(&short, value) != nil {
			return
		}
		line("  "+printable(fmt.Sprint(key)), "%s", shortened(printable(short.String()), 200))
	}
}

func vocabularyText(text string) string {
	var any map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &any) != nil {
		return "cannot be read"
	}
	for _, key := range slices.Sorted(maps.Keys(any)) {
		var words []string
		var chars string
		switch {
		case json.Unmarshal(any[key], &words) == nil && words != nil:
			quoted := make([]string, 0, 8)
			for _, w := range words[:min(8, len(words))] {
				quoted = append(quoted, strconv.Quote(w))
			}
			return fmt.Sprintf("%d %s: %s …", len(words), printable(key), strings.Join(quoted, " "))
		case json.Unmarshal(any[key], &chars) == nil && len(chars) > 8:
			return fmt.Sprintf("%d %s: %s", len([]rune(chars)), printable(key), shortened(strconv.Quote(chars), 120))
		}
	}
	return "there is one"
}

func trainingText(text string) string {
	if text == "" {
		return "weights only: training from here starts with new moments"
	}
	var t struct {
		LR    []float64 `json:"lr"`
		Steps int       `json:"steps"`
	}
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Sprintf("cannot be read: %v", err)
	}
	return fmt.Sprintf("a checkpoint after %d steps, learning rate %v", t.Steps, t.LR)
}

// listTensors lists tensors.
func listTensors(out io.Writer, f *safetensors.File) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\ntensor\ttype\tshape\tbytes\n")
	for _, name := range f.Names() {
		t, err := f.Info(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%v\t%d\n", printable(name), t.DType, t.Shape, t.Size()*t.DType.Size())
	}
	return w.Flush()
}

// printable is text from a file that a terminal can be shown.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '·'
		}
		return r
	}, s)
}

func shortened(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + " …"
	}
	return s
}

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	}
}

// countText is a number with its thousands set apart.
func countText(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

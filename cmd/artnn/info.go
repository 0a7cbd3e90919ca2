package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/train/checkpoint"
)

var _ = commands.add(60, func() any {
	return &struct {
		Info info `cmd:"" help:"Tell what is in a model's file or a run's folder, or how a picture was made."`
	}{}
})

// info tells what is in a file.
type info struct {
	File    string `arg:"" input:"data" help:"A model's file, any safetensors file, a run's folder, a tokenizer.json, or a PNG or GIF that this program has written."`
	Tensors bool   `help:"List every tensor, also of models of a kind that is known."`
}

// Help is shown by --help.
func (*info) Help() string {
	return `Of a model that artnn wrote: its kind, configuration, tokenizer, where its training stands, what wrote it, its size, and its layers with their shapes, parameters and multiply-adds for one sample. Of one whose kind this program does not know, and of any other safetensors file: its tensors too. Every number in the file is read to see that none is NaN or infinite.

Of a tokenizer.json, and of a model that has one: its kind, vocabulary, special tokens, and the steps before and after it.

Of a PNG or GIF that artnn wrote: the model, seed and settings, and the command that makes it again.

Examples:
  artnn info run1
  artnn info sheet.png
  artnn info tokenizer.json
  artnn info model.safetensors --tensors`
}

// Run is the command.
func (c *info) Run(k *kong.Context, con *console) error {
	if mayHaveRecord(c.File) {
		return pictureInfo(k.Kong, con, c.File)
	}
	if isPicture(c.File) {
		return fmt.Errorf("%s: a picture, but neither PNG nor GIF: only PNG, APNG and GIF files say how they were made", c.File)
	}
	if file, ok := isTokenizer(c.File); ok {
		return tokenizerInfo(con, file)
	}
	path, err := recipe.ModelFile(c.File)
	if err != nil {
		return err
	}
	f, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	stat, err := os.Stat(path)
	if err != nil {
		return err
	}
	t := con.table()
	t.line("file", "%s, %s", path, bytesText(stat.Size()))
	own := f.Metadata()["format"] == "artnn"
	known := own && slices.Contains(models.Kinds(), f.Metadata()["kind"])
	if own {
		err = ownFile(t, path)
	} else {
		err = foreignFile(t, f)
	}
	if err != nil {
		return err
	}
	arrays(t, f)
	if err := t.Flush(); err != nil {
		return err
	}
	if known {
		listLayers(con, path)
	}
	if c.Tensors || !known {
		return listTensors(con, f)
	}
	return nil
}

// ownFile describes a file that artnn, or a program with its library, wrote.
func ownFile(t *namedLines, path string) error {
	f, err := checkpoint.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	kind := f.Kind()
	switch {
	case kind == "":
		kind = "none: a network without a description of itself"
	case !slices.Contains(models.Kinds(), f.Kind()):
		from := "the kind's package"
		if p := f.Package(); p != "" && p != "main" {
			from = p
		}
		kind += ", which this program does not know: one that imports " + from + " loads it"
	}
	t.line("kind", "%s", kind)
	if f.Config() != "" {
		describe(t.line, f.Config())
	}
	if v := f.Tokenizer(); v != "" {
		describeTokenizer(t, v)
	}
	t.line("training", "%s", trainingText(f))
	p, err := f.Provenance()
	if err != nil {
		t.line("written by", "cannot be read: %v", err)
	} else {
		m := p.Maker
		t.line("written by", "%s", fmt.Sprintf("artnn %s, %s, %s/%s, backend %s, %s kernels", m.Version, m.Go, m.OS, m.Arch, m.Backend, m.Kernels))
		for key := range most(t, "facts", slices.Sorted(maps.Keys(p.Facts))) {
			t.line(key, "%s", words.Shortened(p.Facts[key], 200))
		}
	}
	parameters, training, err := f.Count()
	if err != nil {
		t.line("parameters", "cannot be counted: %s", err.Error())
		return nil
	}
	text := words.Thousands(parameters)
	if training > 0 {
		text += fmt.Sprintf(", and %s of training state", words.Thousand(training, "number"))
	}
	t.line("parameters", "%s", text)
	return nil
}

// foreignFile describes any other safetensors file.
func foreignFile(t *namedLines, f *safetensors.File) error {
	meta := f.Metadata()
	if meta["format"] == latent.Format {
		t.line("kind", "latents, which \"artnn generate image --latent\" makes pictures of")
	} else {
		t.line("kind", "not one of artnn's models")
	}
	for key := range most(t, "metadata", slices.Sorted(maps.Keys(meta))) {
		t.line("metadata "+key, "%s", words.Shortened(meta[key], 200))
	}
	return nil
}

// arrays describes the tensors all together.
func arrays(t *namedLines, f *safetensors.File) {
	total, types, unread := 0, map[string]bool{}, map[string]bool{}
	for _, name := range f.Names() {
		if info, err := f.Info(name); err == nil { // it is among the names
			total += info.Size()
			types[info.DType.String()] = true
			if !info.DType.Readable() {
				unread[info.DType.String()] = true
			}
		}
	}
	stored := []string{words.Thousand(total, "number") + " in " + words.Count(len(f.Names()), "tensor")}
	t.line("stored", "%s", strings.Join(append(stored, slices.Sorted(maps.Keys(types))...), ", "))
	switch err := f.NonFinite(); {
	case err != nil:
		t.line("numbers", "not all finite: %v", err)
	case len(unread) == len(types) && len(unread) > 0:
		t.line("numbers", "not looked at: this program does not load their type")
	case len(unread) > 0:
		t.line("numbers", "all finite, but for those of type %s, which were not looked at", strings.Join(slices.Sorted(maps.Keys(unread)), ", "))
	default:
		t.line("numbers", "all finite")
	}
}

// mostLines is how many lines of a kind are shown: what a file says may be without
// end.
const mostLines = 100

// most yields the first of a list of keys, and then tells how many more there are.
func most(t *namedLines, what string, keys []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, key := range keys[:min(len(keys), mostLines)] {
			if !yield(key) {
				return
			}
		}
		if more := len(keys) - mostLines; more > 0 {
			t.line(what, "… and %d more", more)
		}
	}
}

// describe writes a configuration, a line for each of its fields, in the order
// of the file.
func describe(line func(string, string, ...any), config string) {
	d := json.NewDecoder(strings.NewReader(config))
	switch first, err := d.Token(); {
	case err != nil:
		line("configuration", "cannot be read: %v", err)
		return
	case first != json.Delim('{'):
		line("configuration", "%s", words.Shortened(config, 200))
		return
	}
	for n := 0; d.More(); n++ {
		key, err := d.Token()
		if err != nil {
			return
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return
		}
		if n >= mostLines {
			if !d.More() {
				line("configuration", "… and %d more", n+1-mostLines)
			}
			continue
		}
		var short bytes.Buffer
		if json.Compact(&short, value) != nil {
			return
		}
		line("  "+fmt.Sprint(key), "%s", words.Shortened(short.String(), 200))
	}
}

func trainingText(f *checkpoint.File) string {
	states, err := f.Training()
	switch {
	case err != nil:
		return fmt.Sprintf("cannot be read: %v", err)
	case states == nil:
		return "weights only: training from here starts with a fresh optimiser"
	}
	steps, rates := 0, []float64{}
	for _, s := range states {
		steps, rates = max(steps, s.Steps), append(rates, s.LR)
	}
	return fmt.Sprintf("a checkpoint after %s, learning rate %v", words.Count(steps, "step"), rates)
}

// listLayers lists the layers of a model of a kind that is known.
func listLayers(con *console, path string) {
	s, err := models.Summarize(path)
	if err != nil {
		con.printf("\nThe model cannot be loaded: %s\n", oneLine(err.Error()))
		return
	}
	con.printf("\n%v", s)
}

// listTensors lists tensors.
func listTensors(con *console, f *safetensors.File) error {
	w := con.cells()
	fmt.Fprintf(w, "\ntensor\ttype\tshape\tbytes\n")
	for _, name := range f.Names() {
		t, err := f.Info(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\t%v\t%d\n", visible.Line(name), t.DType, t.Shape, t.Bytes())
	}
	return w.Flush()
}

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n < 1000:
		return words.Count(int(n), "byte")
	case n < 1000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// isTokenizer finds the tokenizer's file at a path: a .json file, or that in a folder
// which holds no model's.
func isTokenizer(path string) (file string, ok bool) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", false
	case !info.IsDir():
		return path, strings.EqualFold(filepath.Ext(path), ".json")
	}
	file = filepath.Join(path, "tokenizer.json")
	if models, _ := filepath.Glob(filepath.Join(path, "*.safetensors")); len(models) > 0 {
		return "", false
	}
	_, err = os.Stat(file)
	return file, err == nil
}

// tokenizerInfo describes a tokenizer.json.
func tokenizerInfo(con *console, path string) error {
	p, err := tokenizer.LoadHuggingFace(path)
	if err != nil {
		return err
	}
	t := con.table()
	t.line("file", "%s", path)
	parts(t, "", p)
	return t.Flush()
}

// parts lists the steps of a tokenizer.
func parts(t *namedLines, indent string, p *tokenizer.Pipeline) {
	for _, part := range p.Parts() {
		t.line(indent+part.Name, "%s", words.Shortened(part.Text, 400))
	}
}

// describeTokenizer describes the tokenizer in a model's file.
func describeTokenizer(t *namedLines, text string) {
	if v, err := tokenizer.Parse([]byte(text)); err == nil {
		if p, ok := v.(*tokenizer.Pipeline); ok {
			t.line("tokenizer", "pieces of words")
			parts(t, "  ", p)
			return
		}
	}
	t.line("tokenizer", "%s", tokenizerText(text))
}

// tokenizerText is a tokenizer in short.
func tokenizerText(text string) string {
	var any map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &any) != nil {
		return "cannot be read"
	}
	for _, key := range slices.Sorted(maps.Keys(any)) {
		var list []string
		var chars string
		switch {
		case key == "kind":
		case json.Unmarshal(any[key], &list) == nil && list != nil:
			quoted := make([]string, 0, 8)
			for _, w := range list[:min(8, len(list))] {
				quoted = append(quoted, words.Shortened(strconv.Quote(w), 40))
			}
			return fmt.Sprintf("%d %s: %s …", len(list), key, strings.Join(quoted, " "))
		case json.Unmarshal(any[key], &chars) == nil && len(chars) > 8:
			return fmt.Sprintf("%d %s: %s", len([]rune(chars)), key, words.Shortened(strconv.Quote(chars), 120))
		}
	}
	return "there is one"
}

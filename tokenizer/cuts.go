package tokenizer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// cuts are pre-tokenizers by the name of the model that they are of, as components of
// a file; "" is GPT-2's.
var cuts = func() map[string]string {
	m := map[string]string{"gpt2": `{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`}
	m[""] = m["gpt2"]
	m["smollm"] = `{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},` + m["gpt2"] + `]}`
	for name, expr := range map[string]string{
		"llama3": `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
		"qwen2":  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
	} {
		m[name] = `{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"` + expr +
			`"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":false,"use_regex":false}]}`
	}
	return m
}()

// cutOf is a pre-tokenizer by name.
func cutOf(name string) (string, error) {
	if cut, ok := cuts[name]; ok {
		return cut, nil
	}
	return "", fmt.Errorf("pre-tokenization %q is not known; this program knows %s",
		name, strings.Join(slices.Sorted(maps.Keys(cuts))[1:], ", "))
}

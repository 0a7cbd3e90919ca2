package tokenizer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
)

// Part is a step of a [Pipeline], in words.
type Part struct{ Name, Text string }

// Parts are the steps of the pipeline as a person may read them, from the model, which
// decides most, to the special tokens.
func (p *Pipeline) Parts() []Part {
	return []Part{
		{"model", p.modelText()},
		{"vocabulary", words.Thousand(p.Len(), "token")},
		{"special tokens", p.specialText()},
		{"normalizer", stepsText(p.file.Normalizer)},
		{"pre-tokenizer", stepsText(p.file.PreTokenizer)},
		{"decoder", decoderText(p.file.Decoder)},
	}
}

func (p *Pipeline) modelText() string {
	switch m := p.model.(type) {
	case *bpe:
		kind := "BPE of characters"
		switch {
		case m.byteLevel:
			kind = "byte-level BPE"
		case m.file.ByteFallback:
			kind = "BPE of characters, and of bytes for unknown ones"
		}
		return kind + ", " + words.Thousand(len(m.merges), "merge")
	default:
		c, err := m.component()
		if err != nil {
			return "cannot be told: " + err.Error()
		}
		name, err := c.Type()
		if err != nil {
			return "cannot be told: " + err.Error()
		}
		return name
	}
}

// mostSpecial is how many special tokens are named.
const mostSpecial = 8

func (p *Pipeline) specialText() string {
	ids := p.SpecialTokens()
	if len(ids) == 0 {
		return "none"
	}
	var names []string
	for _, id := range ids[:min(len(ids), mostSpecial)] {
		names = append(names, fmt.Sprintf("%q (%d)", words.Shortened(p.tokens[id], 40), id))
	}
	if more := len(ids) - mostSpecial; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// stepWords are the steps of normalizers, pre-tokenizers and decoders, by their type.
var stepWords = map[string]string{
	"NFC": "Unicode form NFC", "NFD": "Unicode form NFD", "NFKC": "Unicode form NFKC", "NFKD": "Unicode form NFKD",
	"Lowercase": "lower case", "StripAccents": "without accents", "Prepend": "something put before it", "Replace": "replaces",
	"Strip": "without white space at the ends", "BertNormalizer": "BERT's: no control characters, signs of Chinese apart",
	"Split": "cuts at a pattern", "Metaspace": "spaces become ▁, which words begin with", "Digits": "cuts digits from the rest",
	"Punctuation": "cuts at punctuation", "BertPreTokenizer": "BERT's: cuts at white space and punctuation",
	"Whitespace": "cuts words and signs apart", "WhitespaceSplit": "cuts at white space", "CharDelimiterSplit": "cuts at a character",
	"ByteFallback": "tokens of bytes become characters", "Fuse": "joins all", "WordPiece": "joins pieces that go on",
}

// stepsText is a component and those inside it, in words.
func stepsText(c tokenizerjson.Component) string {
	if c == nil {
		return "none"
	}
	var f struct { // what says more than the type; components have other fields besides
		Type      string `json:"type"`
		UseRegex  *bool  `json:"use_regex"`
		Lowercase *bool  `json:"lowercase"`
		Digits    bool   `json:"individual_digits"`
		Pattern   struct {
			String, Regex *string
		} `json:"pattern"`
		Content       string                    `json:"content"`
		Prepend       string                    `json:"prepend"`
		Normalizers   []tokenizerjson.Component `json:"normalizers"`
		PreTokenizers []tokenizerjson.Component `json:"pretokenizers"`
		Decoders      []tokenizerjson.Component `json:"decoders"`
	}
	if json.Unmarshal(c, &f) != nil {
		return string(c)
	}
	text := stepWords[f.Type]
	switch f.Type {
	case "Sequence":
		var all []string
		for _, part := range slices.Concat(f.Normalizers, f.PreTokenizers, f.Decoders) {
			all = append(all, stepsText(part))
		}
		return strings.Join(all, "; ")
	case "ByteLevel":
		if text = "bytes as characters"; f.UseRegex == nil || *f.UseRegex {
			text = "cuts words, numbers and signs apart as GPT-2 does, bytes as characters"
		}
	case "Digits":
		if f.Digits {
			text = "cuts each digit from the rest"
		}
	case "BertNormalizer":
		if f.Lowercase != nil && *f.Lowercase {
			text += ", lower case"
		}
	case "Split", "Replace", "Prepend":
		for _, p := range []*string{f.Pattern.String, f.Pattern.Regex} {
			if p != nil {
				text += " " + shownPattern(*p)
			}
		}
		if f.Type == "Prepend" {
			return fmt.Sprintf("%q put before it", f.Prepend)
		}
		if f.Type == "Replace" {
			text += fmt.Sprintf(" by %q", f.Content)
		}
	case "":
		return string(c)
	}
	if text == "" {
		text = f.Type
	}
	return text
}

// decoderText is a decoder in words. That of byte level goes the other way.
func decoderText(c tokenizerjson.Component) string {
	if name, err := c.Type(); c != nil && err == nil && name == "ByteLevel" {
		return "characters become bytes"
	}
	return stepsText(c)
}

// shownPattern is a pattern, by the model's name if it is one that many use.
func shownPattern(p string) string {
	for name, cut := range cuts {
		if quoted, err := json.Marshal(p); err == nil && name != "" && strings.Contains(cut, string(quoted)) {
			return "as " + name + " does"
		}
	}
	return fmt.Sprintf("%q", words.Shortened(p, 80))
}

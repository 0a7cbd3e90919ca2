package tokenizer

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/org/artnn/format/tokenizerjson"
)

// detokenizer is the text of a token. It may depend on whether the token is the
// first, and on nothing else.
type detokenizer interface {
	text(token string, first bool) string
}

var detokenizers = newComponents[detokenizer]("decoder")

func init() {
	detokenizers.add("Sequence", newDetokenizers)
	detokenizers.add("ByteLevel", func(c tokenizerjson.Component) (detokenizer, error) {
		return bytesOfTokens{}, c.Read(&byteLevelJSON{})
	})
	detokenizers.add("ByteFallback", withoutFields[detokenizer](byteTokens{}))
	detokenizers.add("Fuse", withoutFields[detokenizer](fuse{}))
	detokenizers.add("Metaspace", func(c tokenizerjson.Component) (detokenizer, error) { return readMetaspace(c) })
	detokenizers.add("WordPiece", newWordPieces)
	detokenizers.add("Replace", func(c tokenizerjson.Component) (detokenizer, error) { return readReplace(c) })
	detokenizers.add("Strip", newTrim)
}

// inTurn is one detokenizer for what the other gives.
type inTurn []detokenizer

func newDetokenizers(c tokenizerjson.Component) (detokenizer, error) {
	var f struct {
		plain
		Decoders []tokenizerjson.Component `json:"decoders"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	all, err := detokenizers.readAll(f.Decoders)
	if err != nil {
		return nil, err
	}
	fused := false
	for i, d := range all {
		switch t := d.(type) {
		case fuse:
			fused = true
		case *trim:
			// After Fuse it strips the whole text: its beginning is that of the first token.
			if t.whole = fused; fused && (t.start > 1 || t.stop > 0) {
				return nil, fmt.Errorf("a Strip after Fuse of more than one character at the beginning (start %d, stop %d) is not supported", t.start, t.stop)
			}
		default:
			if fused {
				return nil, errors.New("after Fuse, only Strip is supported")
			}
		}
		all[i] = d
	}
	return inTurn(all), nil
}

func (s inTurn) text(token string, first bool) string {
	for _, d := range s {
		token = d.text(token, first)
	}
	return token
}

// fuse joins the texts of tokens, which everything here does in the end.
type fuse struct{}

func (fuse) text(token string, _ bool) string { return token }

// bytesOfTokens reads characters as the bytes that GPT-2 writes with them.
type bytesOfTokens struct{}

func (bytesOfTokens) text(token string, _ bool) string {
	if raw, ok := bytesOf(token); ok {
		return raw
	}
	return token
}

// byteTokens reads <0x0A> as a byte.
type byteTokens struct{}

func (byteTokens) text(token string, _ bool) string {
	if len(token) == len("<0x0A>") && strings.HasPrefix(token, "<0x") && token[5] == '>' {
		if b, err := strconv.ParseUint(token[3:5], 16, 8); err == nil {
			return string([]byte{byte(b)})
		}
	}
	return token
}

// text of a metaspace is a space for each, but none in the first token if one was put
// before the text.
func (m *metaspace) text(token string, first bool) string {
	if first && (m.always || m.first) {
		return strings.ReplaceAll(token, m.replacement, "")
	}
	return strings.ReplaceAll(token, m.replacement, " ")
}

func (r *replace) text(token string, _ bool) string { return r.normalize(token) }

// wordPieces puts a space before each token but those that go on with a word.
type wordPieces struct {
	Type    string `json:"type"`
	Prefix  string `json:"prefix"`
	Cleanup bool   `json:"cleanup"` // no space before punctuation and contractions
}

func newWordPieces(c tokenizerjson.Component) (detokenizer, error) {
	d := &wordPieces{}
	return d, c.Read(d)
}

var cleanup = strings.NewReplacer(" .", ".", " ?", "?", " !", "!", " ,", ",")

// cleanups are done after cleanup and in this order: each on what the one before gave.
var cleanups = [][2]string{{" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}}

func (d *wordPieces) text(token string, first bool) string {
	if !first {
		if rest, ok := strings.CutPrefix(token, d.Prefix); ok {
			token = rest
		} else {
			token = " " + token
		}
	}
	if d.Cleanup {
		token = cleanup.Replace(token)
		for _, pair := range cleanups {
			token = strings.ReplaceAll(token, pair[0], pair[1])
		}
	}
	return token
}

// trim takes a character away at the ends of tokens, or of the whole text.
type trim struct {
	content     string
	start, stop int
	whole       bool
}

func newTrim(c tokenizerjson.Component) (detokenizer, error) {
	var f struct {
		plain
		Content string `json:"content"`
		Start   int    `json:"start"`
		Stop    int    `json:"stop"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	if f.Start < 0 || f.Stop < 0 {
		return nil, fmt.Errorf("start is %d and stop %d, and neither may be less than 0", f.Start, f.Stop)
	}
	return &trim{f.Content, f.Start, f.Stop, false}, checkReplacement(f.Content)
}

func (t *trim) text(token string, first bool) string {
	if t.whole && !first {
		return token
	}
	for range t.start {
		rest, ok := strings.CutPrefix(token, t.content)
		if !ok {
			break
		}
		token = rest
	}
	for range t.stop {
		rest, ok := strings.CutSuffix(token, t.content)
		if !ok {
			break
		}
		token = rest
	}
	return token
}

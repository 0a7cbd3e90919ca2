package tokenizer

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
)

// normalizer changes a text before it is cut into pieces.
type normalizer interface {
	normalize(text string) string
}

var normalizers = newComponents[normalizer]("normalizer")

func init() {
	normalizers.add("NFC", withoutFields[normalizer](normalForm{false, true, changesByNFC}))
	normalizers.add("NFD", withoutFields[normalizer](normalForm{false, false, changesByNFD}))
	normalizers.add("NFKC", withoutFields[normalizer](normalForm{true, true, changesByNFKC}))
	normalizers.add("NFKD", withoutFields[normalizer](normalForm{true, false, changesByNFKD}))
	normalizers.add("Lowercase", withoutFields[normalizer](lowercase{}))
	normalizers.add("StripAccents", withoutFields[normalizer](without{isCombining}))
	normalizers.add("Prepend", newPrepend)
	normalizers.add("Replace", newReplace)
	normalizers.add("Strip", newStrip)
	normalizers.add("Sequence", newNormalizers)
}

// sequence applies one normalizer after the other.
type sequence []normalizer

func newNormalizers(c tokenizerjson.Component) (normalizer, error) {
	var f struct {
		plain
		Normalizers []tokenizerjson.Component `json:"normalizers"`
	}
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	all, err := normalizers.readAll(f.Normalizers)
	return sequence(all), err
}

func (s sequence) normalize(text string) string {
	for _, n := range s {
		text = n.normalize(text)
	}
	return text
}

type lowercase struct{}

func (lowercase) normalize(text string) string { return string(appendLower(nil, text)) }

// appendLower appends a text in lower case, each character by itself.
func appendLower(out []byte, text string) []byte {
	u := tables()
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			out = append(out, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if s, ok := u.lower[r]; ok {
			out = append(out, s...)
		} else {
			out = append(out, text[i:i+size]...)
		}
		i += size
	}
	return out
}

// without removes the characters of a property.
type without struct{ property uint16 }

func (w without) normalize(text string) string {
	u := tables()
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		p, size := u.at(text, i)
		if p&w.property != 0 {
			out = append(out, text[done:i]...)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return string(append(out, text[done:]...))
}

// prepend puts a text before every text that is not empty.
type prepend string

func newPrepend(c tokenizerjson.Component) (normalizer, error) {
	var f struct {
		plain
		Prepend string `json:"prepend"`
	}
	err := c.Read(&f)
	return prepend(f.Prepend), err
}

func (p prepend) normalize(text string) string {
	if text == "" {
		return ""
	}
	return string(p) + text
}

// replace puts one text for every match of a pattern. It serves decoders too.
type replace struct {
	find    matcher
	content string
}

type replaceJSON struct {
	plain
	Pattern pattern `json:"pattern"`
	Content string  `json:"content"`
}

func readReplace(c tokenizerjson.Component) (*replace, error) {
	var f replaceJSON
	if err := c.Read(&f); err != nil {
		return nil, err
	}
	find, err := f.Pattern.matcher()
	return &replace{find, f.Content}, err
}

func newReplace(c tokenizerjson.Component) (normalizer, error) { return readReplace(c) }

func (r *replace) normalize(text string) string {
	var out strings.Builder
	done := 0
	for {
		begin, end, ok := r.find(text, done)
		if !ok {
			break
		}
		if done == 0 {
			out.Grow(len(text) + len(text)/8)
		}
		out.WriteString(text[done:begin])
		out.WriteString(r.content)
		done = end
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// strip removes white space at the ends.
type strip struct{ left, right bool }

func newStrip(c tokenizerjson.Component) (normalizer, error) {
	var f struct {
		plain
		Left  bool `json:"strip_left"`
		Right bool `json:"strip_right"`
	}
	err := c.Read(&f)
	return strip{f.Left, f.Right}, err
}

func (s strip) normalize(text string) string {
	u := tables()
	if s.left {
		text = text[spacesEnd(u, text, 0):]
	}
	if s.right {
		text = text[:spacesBegin(u, text)]
	}
	return text
}

// spacesBegin is where the white space at the end of a text begins.
func spacesBegin(u *unicodeTables, text string) int {
	end := len(text)
	for end > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:end])
		if u.of(r)&isSpace == 0 {
			break
		}
		end -= size
	}
	return end
}

// bertNormalizer is BERT's: it removes control characters, puts spaces round Chinese
// characters, removes accents and writes in lower case, as configured.
type bertNormalizer struct {
	Type          string `json:"type"`
	Clean         bool   `json:"clean_text"`
	Chinese       bool   `json:"handle_chinese_chars"`
	StripAccents  *bool  `json:"strip_accents"` // nil: as Lower
	Lower         bool   `json:"lowercase"`
	accentsMapped bool
}

func init() {
	normalizers.add("BertNormalizer", func(c tokenizerjson.Component) (normalizer, error) {
		n := &bertNormalizer{}
		if err := c.Read(n); err != nil {
			return nil, err
		}
		n.accentsMapped = n.Lower
		if n.StripAccents != nil {
			n.accentsMapped = *n.StripAccents
		}
		return n, nil
	})
}

func (n *bertNormalizer) normalize(text string) string {
	u := tables()
	out := make([]byte, 0, len(text)+len(text)/4)
	if n.Clean || n.Chinese {
		for i := 0; i < len(text); {
			if c := text[i]; c < utf8.RuneSelf {
				i++
				switch {
				case !n.Clean || c > ' ' && c < 0x7f:
					out = append(out, c)
				case u.ascii[c]&isSpace != 0 && u.ascii[c]&isControl == 0:
					out = append(out, ' ')
				case u.ascii[c]&isControl == 0:
					out = append(out, c)
				}
				continue
			}
			r, size := utf8.DecodeRuneInString(text[i:])
			p := u.of(r)
			switch {
			case n.Clean && p&isControl != 0:
			case n.Clean && p&isSpace != 0:
				out = append(out, ' ')
			case n.Chinese && isChinese(r):
				out = append(append(append(out, ' '), text[i:i+size]...), ' ')
			default:
				out = append(out, text[i:i+size]...)
			}
			i += size
		}
		text = string(out)
	}
	if n.accentsMapped {
		text = normalForm{false, false, changesByNFD}.normalize(text)
		text = without{isAccent}.normalize(text)
	}
	if n.Lower {
		text = string(appendLower(out[:0], text))
	}
	return text
}

// isChinese reports a character of those that BERT takes one by one.
func isChinese(r rune) bool {
	return r >= 0x3400 && (r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff ||
		r >= 0x20000 && (r <= 0x2a6df || r >= 0x2a700 && r <= 0x2b73f || r >= 0x2b740 && r <= 0x2b81f ||
			r >= 0x2b920 && r <= 0x2ceaf || r >= 0x2f800 && r <= 0x2fa1f))
}

// checkReplacement returns an error unless a text is one character.
func checkReplacement(s string) error {
	if utf8.RuneCountInString(s) != 1 {
		return fmt.Errorf("the replacement %q is not one character", s)
	}
	return nil
}

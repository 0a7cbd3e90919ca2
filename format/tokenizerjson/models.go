package tokenizerjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Vocabulary is the number of each token.
type Vocabulary map[string]int32

// MarshalJSON writes the tokens in the order of their numbers.
func (v Vocabulary) MarshalJSON() ([]byte, error) {
	tokens := make([]string, 0, len(v))
	for t := range v {
		tokens = append(tokens, t)
	}
	slices.SortFunc(tokens, func(a, b string) int {
		if v[a] != v[b] {
			return int(v[a]) - int(v[b])
		}
		return strings.Compare(a, b)
	})
	b := []byte{'{'}
	for i, t := range tokens {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := marshal(t)
		if err != nil {
			return nil, err
		}
		b = append(append(b, name...), ':')
		b = fmt.Append(b, v[t])
	}
	return append(b, '}'), nil
}

// Merges are pairs of tokens that become one, the most frequent first.
type Merges [][2]string

// UnmarshalJSON reads pairs, ["a", "b"], or the older form, "a b".
func (m *Merges) UnmarshalJSON(text []byte) error {
	first := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("[")), " \t\r\n")
	if bytes.HasPrefix(first, []byte(`"`)) {
		var lines []string
		if err := json.Unmarshal(text, &lines); err != nil {
			return err
		}
		var err error
		*m, err = ParseMerges(lines)
		return err
	}
	var pairs [][]string
	if err := json.Unmarshal(text, &pairs); err != nil {
		return err
	}
	*m = make(Merges, len(pairs))
	for i, p := range pairs {
		if len(p) != 2 {
			return fmt.Errorf("merge %d, %q, is not a pair of tokens", i+1, p)
		}
		(*m)[i] = [2]string{p[0], p[1]}
	}
	return nil
}

// ParseMerges reads lines "a b", such as those of a merges.txt. A first line that
// tells the version is left out.
//
// Errors: a line that is not two tokens with a space between them.
func ParseMerges(lines []string) (Merges, error) {
	m := make(Merges, 0, len(lines))
	for i, line := range lines {
		if strings.HasPrefix(line, "#version") {
			continue
		}
		a, b, ok := strings.Cut(line, " ")
		if !ok || strings.Contains(b, " ") {
			return nil, fmt.Errorf("merge %d, %q, is not two tokens with a space between them", i+1, line)
		}
		m = append(m, [2]string{a, b})
	}
	return m, nil
}

// BPE is a model of type "BPE": byte-pair encoding.
type BPE struct {
	Type                    string     `json:"type"`
	Dropout                 *float64   `json:"dropout"`
	UnkToken                *string    `json:"unk_token"`
	ContinuingSubwordPrefix *string    `json:"continuing_subword_prefix"`
	EndOfWordSuffix         *string    `json:"end_of_word_suffix"`
	FuseUnk                 bool       `json:"fuse_unk"`
	ByteFallback            bool       `json:"byte_fallback"`
	IgnoreMerges            bool       `json:"ignore_merges"`
	Vocab                   Vocabulary `json:"vocab"`
	Merges                  Merges     `json:"merges"`
}

// WordPiece is a model of type "WordPiece".
type WordPiece struct {
	Type                    string     `json:"type"`
	UnkToken                string     `json:"unk_token"`
	ContinuingSubwordPrefix string     `json:"continuing_subword_prefix"`
	MaxInputCharsPerWord    int        `json:"max_input_chars_per_word"`
	Vocab                   Vocabulary `json:"vocab"`
}

// Unigram is a model of type "Unigram": SentencePiece's, whose tokens have
// probabilities.
type Unigram struct {
	Type         string  `json:"type"`
	UnkID        *int32  `json:"unk_id"`
	Vocab        []Piece `json:"vocab"` // by number
	ByteFallback bool    `json:"byte_fallback"`
}

// Piece is a token of [Unigram].
type Piece struct {
	Token string
	Score float64 // logarithm of its probability
}

// MarshalJSON writes ["token", score].
func (p Piece) MarshalJSON() ([]byte, error) { return marshal([]any{p.Token, p.Score}) }

// UnmarshalJSON reads ["token", score].
func (p *Piece) UnmarshalJSON(text []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return fmt.Errorf("%.40s is not a token and its score", text)
	}
	if err := json.Unmarshal(parts[0], &p.Token); err != nil {
		return err
	}
	return json.Unmarshal(parts[1], &p.Score)
}

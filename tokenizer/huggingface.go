package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
)

// maxFile bounds what is read of one file: the largest tokenizer.json known has 35 MB.
const maxFile = 1 << 28

// LoadHuggingFace reads a tokenizer.json, or a folder that holds a tokenizer.json, or
// vocab.json and merges.txt (GPT-2's), or vocab.txt (BERT's, lower case).
//
// Errors: no such file; what [ParseHuggingFace] says.
func LoadHuggingFace(name string) (*Pipeline, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return LoadHuggingFaceFS(os.DirFS(filepath.Dir(name)), filepath.Base(name))
	}
	return LoadHuggingFaceFS(os.DirFS(name), ".")
}

// LoadHuggingFaceFS is [LoadHuggingFace] of a file or folder in a file system.
func LoadHuggingFaceFS(fsys fs.FS, name string) (*Pipeline, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		text, err := readFile(fsys, name)
		if err != nil {
			return nil, err
		}
		p, err := parseHuggingFace(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return p, nil
	}
	for _, try := range []struct {
		files []string
		read  func(texts [][]byte) (*Pipeline, error)
	}{
		{[]string{"tokenizer.json"}, func(t [][]byte) (*Pipeline, error) { return parseHuggingFace(t[0]) }},
		{[]string{"vocab.json", "merges.txt"}, func(t [][]byte) (*Pipeline, error) { return ParseByteBPE(t[0], t[1]) }},
		{[]string{"vocab.txt"}, func(t [][]byte) (*Pipeline, error) { return NewWordPiece(lines(string(t[0])), true) }},
	} {
		var texts [][]byte
		for _, file := range try.files {
			text, err := readFile(fsys, path.Join(name, file))
			if errors.Is(err, fs.ErrNotExist) {
				break
			}
			if err != nil {
				return nil, err
			}
			texts = append(texts, text)
		}
		if len(texts) < len(try.files) {
			continue
		}
		p, err := try.read(texts)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Join(name, try.files[0]), err)
		}
		return p, nil
	}
	return nil, fmt.Errorf("%s: no tokenizer.json, no vocab.json with merges.txt, and no vocab.txt", name)
}

func readFile(fsys fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s has %s; files of a tokenizer have at most %d", name, words.Count(info.Size(), "byte"), maxFile)
	}
	return fs.ReadFile(fsys, name)
}

// lines are those of a text, without what ends them and without an empty last one.
func lines(text string) []string {
	list := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range list {
		list[i] = strings.TrimRight(line, "\r")
	}
	return list
}

// ParseByteBPE reads the vocab.json and merges.txt of a tokenizer like GPT-2's. It
// cuts texts as GPT-2 does, and knows "<|endoftext|>" if the vocabulary has it.
//
// Errors: text that is not a vocabulary or not merges.
func ParseByteBPE(vocab, merges []byte) (*Pipeline, error) {
	var ids tokenizerjson.Vocabulary
	if err := json.Unmarshal(vocab, &ids); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	pairs, err := tokenizerjson.ParseMerges(lines(string(merges)))
	if err != nil {
		return nil, err
	}
	return newByteBPE(ids, pairs, cuts[""], []string{endOfText})
}

const endOfText = "<|endoftext|>"

// EndToken is the token that stands for the end of a text, "<|endoftext|>", if a tokenizer
// has it.
func EndToken(t Tokenizer) (id int32, ok bool) {
	named, ok := t.(interface {
		Token(name string) (id int32, ok bool)
	})
	if !ok {
		return 0, false
	}
	return named.Token(endOfText)
}

// newByteBPE makes a byte-level tokenizer. Special tokens that are not in the
// vocabulary are left out.
func newByteBPE(ids tokenizerjson.Vocabulary, merges tokenizerjson.Merges, cut string, special []string) (*Pipeline, error) {
	f := &tokenizerjson.File{Version: tokenizerjson.Version, PreTokenizer: tokenizerjson.Component(cut)}
	for _, name := range special {
		if id, ok := ids[name]; ok {
			f.AddedTokens = append(f.AddedTokens, tokenizerjson.AddedToken{ID: id, Content: name, Special: true})
		}
	}
	var err error
	f.Model, err = tokenizerjson.NewComponent(tokenizerjson.BPE{Type: "BPE", Vocab: ids, Merges: merges})
	if err != nil {
		return nil, err
	}
	f.Decoder = tokenizerjson.Component(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}`)
	return newPipeline(f)
}

// NewWordPiece makes BERT's tokenizer of a vocabulary, the lines of a vocab.txt. It
// writes in lower case and without accents if lower is true.
//
// Errors: a vocabulary without [UNK], or with a token twice.
func NewWordPiece(vocab []string, lower bool) (*Pipeline, error) {
	f := &tokenizerjson.File{Version: tokenizerjson.Version}
	ids := make(tokenizerjson.Vocabulary, len(vocab))
	for i, token := range vocab {
		if other, ok := ids[token]; ok {
			return nil, fmt.Errorf("vocabulary: %q is there twice, in lines %d and %d", token, other+1, i+1)
		}
		ids[token] = int32(i)
	}
	if _, ok := ids["[UNK]"]; !ok {
		return nil, errors.New("vocabulary: the token [UNK] is missing")
	}
	for _, name := range []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"} {
		if id, ok := ids[name]; ok {
			f.AddedTokens = append(f.AddedTokens, tokenizerjson.AddedToken{ID: id, Content: name, Special: true})
		}
	}
	part := func(fields any) (c tokenizerjson.Component) {
		c, err := tokenizerjson.NewComponent(fields)
		if err != nil {
			panic(err) // structures of ours
		}
		return c
	}
	f.Normalizer = part(&bertNormalizer{Type: "BertNormalizer", Clean: true, Chinese: true, Lower: lower})
	f.PreTokenizer = part(plain{"BertPreTokenizer"})
	f.Decoder = part(&wordPieces{Type: "WordPiece", Prefix: "##", Cleanup: true})
	cls, okCls := ids["[CLS]"]
	sep, okSep := ids["[SEP]"]
	if okCls && okSep {
		f.PostProcessor = part(struct {
			plain
			Sep named `json:"sep"`
			Cls named `json:"cls"`
		}{plain{"BertProcessing"}, named{"[SEP]", sep}, named{"[CLS]", cls}})
	}
	f.Model = part(tokenizerjson.WordPiece{Type: "WordPiece", UnkToken: "[UNK]", ContinuingSubwordPrefix: "##", MaxInputCharsPerWord: 100, Vocab: ids})
	return newPipeline(f)
}

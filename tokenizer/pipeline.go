package tokenizer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/strictjson"
	"github.com/org/artnn/internal/words"
)

const pipelineKind = "pipeline"

func init() { Register(pipelineKind, parsePipeline) }

// Pipeline is a tokenizer of the form that Hugging Face's tokenizer.json describes:
//
//	text → added tokens taken out → normalizer → pre-tokenizer → model → tokens
//
// The model is byte-pair encoding (of bytes, as in GPT-2, Llama 3 and Qwen, or of
// characters with bytes to fall back to, as in Llama 2 and Gemma), a unigram model
// (T5) or WordPiece (BERT). A pipeline gives the same tokens as Hugging Face's
// tokenizers do.
//
// [ParseHuggingFace] reads a tokenizer.json, [LoadHuggingFace] a file or folder,
// [NewByteBPE] and [NewWordPiece] take a vocabulary, and [TrainBPE] makes one of a
// text.
type Pipeline struct {
	file       tokenizerjson.File // without the model
	added      *addedTokens
	normalizer normalizer   // nil: none
	pre        preTokenizer // nil: none
	model      tokenModel
	around     surround
	text       detokenizer // nil: tokens with spaces between them
	tokens     []string    // by number; "" where there is none
	rest       func() []string

	// Encoders that are not in use. Not a sync.Pool: it would forget their caches at
	// each garbage collection.
	idle    []*worker
	idleMux sync.Mutex
}

// tokenModel turns a piece into tokens.
type tokenModel interface {
	// encode appends the tokens of a piece, which is not empty, to w.out, or sets w.err.
	encode(w *worker, piece string)
	// tokens are those of the model by number, "" where there is none.
	tokens() []string
	// id is the number of a token, or -1.
	id(token string) int32
	// unknown is the token for what has no other, or -1.
	unknown() int32
	// component is the model as a file holds it.
	component() (tokenizerjson.Component, error)
}

var tokenModels = newComponents[tokenModel]("model")

// worker is what one goroutine encodes with.
type worker struct {
	out     []int32
	err     error
	cache   cache
	symbols []int32
	merger  merger
	nodes   []unigramNode
}

// ParseHuggingFace reads a tokenizer.json.
//
// Errors: JSON that is no tokenizer; a component, field or regular expression that is
// not supported, which is named.
func ParseHuggingFace(text []byte) (*Pipeline, error) {
	p, err := parseHuggingFace(text)
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return p, nil
}

// parseHuggingFace is [ParseHuggingFace] for callers that say what is read.
func parseHuggingFace(text []byte) (*Pipeline, error) {
	f, err := tokenizerjson.Parse(text)
	if err != nil {
		return nil, err
	}
	return newPipeline(f)
}

func newPipeline(f *tokenizerjson.File) (*Pipeline, error) {
	p := &Pipeline{file: *f}
	p.file.Model = nil
	var err error
	if p.normalizer, err = normalizers.read(f.Normalizer); err != nil {
		return nil, err
	}
	if p.pre, err = preTokenizers.read(f.PreTokenizer); err != nil {
		return nil, err
	}
	if p.model, err = tokenModels.read(f.Model); err != nil {
		return nil, err
	}
	if p.around, err = postProcessors.read(f.PostProcessor); err != nil {
		return nil, err
	}
	if p.text, err = detokenizers.read(f.Decoder); err != nil {
		return nil, err
	}
	if hasByteLevel(p.pre) {
		m, ok := p.model.(*bpe)
		if !ok {
			return nil, errors.New("a pre-tokenizer ByteLevel is supported with a model of type BPE only")
		}
		if err := m.toBytes(); err != nil {
			return nil, err
		}
	}
	if p.added, err = newAddedTokens(f.AddedTokens, p.model, p.normalizer); err != nil {
		return nil, err
	}
	p.tokens = p.model.tokens()
	if len(p.added.byID) > 0 {
		p.tokens = slices.Clone(p.tokens)
		for id, t := range p.added.byID {
			if n := int(id) + 1 - len(p.tokens); n > 0 {
				p.tokens = append(p.tokens, make([]string, n)...)
			}
			p.tokens[id] = t.Content
			if t.Normalized && p.normalizer != nil {
				p.tokens[id] = p.normalizer.normalize(t.Content)
			}
		}
	}
	for _, id := range slices.Concat(p.around.before, p.around.after) {
		if id < 0 || int(id) >= len(p.tokens) {
			return nil, fmt.Errorf("post-processor: the token %d is not one of %d", id, len(p.tokens))
		}
	}
	p.rest = sync.OnceValue(func() []string {
		texts := make([]string, len(p.tokens))
		for i, token := range p.tokens {
			texts[i] = p.tokenText(token, false)
		}
		return texts
	})
	return p, nil
}

// hasByteLevel reports whether the last step is ByteLevel.
func hasByteLevel(pre preTokenizer) bool {
	switch t := pre.(type) {
	case byteLevel:
		return true
	case preSequence:
		return slices.ContainsFunc(t, hasByteLevel)
	}
	return false
}

// Kind is "pipeline".
func (p *Pipeline) Kind() string { return pipelineKind }

// Len is one more than the highest number of a token.
func (p *Pipeline) Len() int { return len(p.tokens) }

// Encode turns text into tokens. Added tokens that occur in it, such as
// "<|endoftext|>", become their tokens. None are put before or after: for that,
// [Pipeline.Surround]. The text is neither truncated nor padded, whatever the file
// says of it.
//
// Errors: a text that is not UTF-8, or over 1 GiB; one with characters that are not in
// the vocabulary, where there is no token for the unknown.
func (p *Pipeline) Encode(text string) ([]int32, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("text: %s, over 1 GiB: encode it in parts", words.Count(len(text), "byte"))
	}
	if !utf8.ValidString(text) {
		return nil, checkUTF8("text", text)
	}
	w := p.worker()
	defer p.idles(w)
	// Most texts have more than three bytes a token.
	w.out, w.err = make([]int32, 0, len(text)/3+8), nil
	p.added.before.split(text, func(begin, end int) {
		p.segment(w, text[begin:end], begin == 0)
	}, w.token)
	out, err := w.out, w.err
	w.out = nil
	if err != nil {
		return nil, fmt.Errorf("text: %w", err)
	}
	if cap(out) > 2*len(out)+64 {
		out = slices.Clone(out)
	}
	return out, nil
}

// maxText bounds a text, in bytes: places in it are counted with int32.
const maxText = 1 << 30

// token appends an added token.
func (w *worker) token(id int32) { w.out = append(w.out, id) }

// segment encodes what lies between added tokens.
func (p *Pipeline) segment(w *worker, text string, begins bool) {
	if p.normalizer != nil {
		text = p.normalizer.normalize(text)
	}
	emit := func(piece string, _ bool) {
		if piece != "" && w.err == nil {
			p.model.encode(w, piece)
		}
	}
	p.added.after.split(text, func(begin, end int) {
		part, begins := text[begin:end], begins && begin == 0
		if p.pre == nil {
			emit(part, begins)
			return
		}
		p.pre.split(part, begins, emit)
	}, w.token)
}

func (p *Pipeline) worker() *worker {
	p.idleMux.Lock()
	defer p.idleMux.Unlock()
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return w
	}
	return &worker{}
}

// idles keeps a worker for the next text: as many as can work at once.
func (p *Pipeline) idles(w *worker) {
	p.idleMux.Lock()
	defer p.idleMux.Unlock()
	if len(p.idle) < runtime.GOMAXPROCS(0) {
		p.idle = append(p.idle, w)
	}
}

// Surround puts the special tokens round those of a text that the model was trained
// with: [CLS] and [SEP] for BERT, a token for the beginning of text for Llama 3. Where
// there are none, the tokens are the same.
func (p *Pipeline) Surround(tokens []int32) []int32 {
	return slices.Concat(p.around.before, tokens, p.around.after)
}

// Decode turns tokens into text. Special tokens are shown, such as "<|endoftext|>";
// [Pipeline.Text] leaves them out.
//
// Panics if a token is not in [0, Len).
func (p *Pipeline) Decode(tokens []int32) string {
	rest := p.rest()
	n := 0
	for _, token := range tokens {
		checkToken(token, len(rest))
		n += len(rest[token])
	}
	var b strings.Builder
	b.Grow(n)
	for i, token := range tokens {
		if i == 0 {
			b.WriteString(p.tokenText(p.tokens[token], true))
		} else {
			b.WriteString(rest[token])
		}
	}
	return b.String()
}

// Text is Decode without the special tokens.
//
// Panics if a token is not in [0, Len).
func (p *Pipeline) Text(tokens []int32) string {
	return p.Decode(slices.DeleteFunc(slices.Clone(tokens), func(id int32) bool {
		checkToken(id, len(p.tokens))
		return p.added.byID[id].Special
	}))
}

func (p *Pipeline) tokenText(token string, first bool) string {
	switch {
	case token == "":
		return ""
	case p.text != nil:
		return p.text.text(token, first)
	case first:
		return token
	}
	return " " + token
}

// Token is the number of a token by its name in the file, such as "<|endoftext|>".
func (p *Pipeline) Token(name string) (id int32, ok bool) {
	for id, t := range p.added.byID {
		if t.Content == name {
			return id, true
		}
	}
	id = p.model.id(name)
	return id, id >= 0
}

// SpecialTokens are the tokens that the file calls special, and the unknown one.
func (p *Pipeline) SpecialTokens() []int32 {
	var special []int32
	for id, t := range p.added.byID {
		if t.Special {
			special = append(special, id)
		}
	}
	if id := p.model.unknown(); id >= 0 {
		special = append(special, id)
	}
	slices.Sort(special)
	return slices.Compact(special)
}

// HuggingFace writes the tokenizer as a tokenizer.json.
func (p *Pipeline) HuggingFace() ([]byte, error) {
	if p.model == nil {
		return nil, errors.New("no model: make a tokenizer with ParseHuggingFace, NewByteBPE, NewWordPiece or TrainBPE")
	}
	f := p.file
	var err error
	if f.Model, err = p.model.component(); err != nil {
		return nil, err
	}
	return f.Marshal()
}

// pipelineJSON is how a file of ours holds a pipeline.
type pipelineJSON struct {
	Kind      string          `json:"kind"`
	Tokenizer json.RawMessage `json:"tokenizer"` // a tokenizer.json
}

// MarshalJSON writes the tokenizer.json and the kind.
func (p *Pipeline) MarshalJSON() ([]byte, error) {
	text, err := p.HuggingFace()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err = e.Encode(pipelineJSON{pipelineKind, text})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func parsePipeline(text []byte) (Tokenizer, error) {
	var f pipelineJSON
	if err := strictjson.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	p, err := parseHuggingFace(f.Tokenizer)
	if err != nil {
		return nil, err
	}
	return p, nil
}

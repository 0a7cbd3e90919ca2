package recipe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"unicode/utf8"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// tokens are a text to learn from and its end, held out.
type tokens struct {
	vocab    tokenizer.Tokenizer
	learn    data.TokenSource
	held     []int32
	bytes    int // to learn from
	of       *corpus
	perToken float64 // characters that a token of held has
}

// bits says what a loss comes to where a token is not a character.
func (t *tokens) bits(nats float64, unit string) string {
	if unit == "character" || t.perToken == 0 {
		return ""
	}
	return fmt.Sprintf(", %.3f bits a character", nats/math.Ln2/t.perToken)
}

// load reads the text and makes its tokenizer. Where that learns from the text, it does
// from what is not held out. The text is read several times, a piece at a time.
func (c *Text) load(ctx context.Context) (*tokens, error) {
	of, err := c.survey(ctx)
	if err != nil {
		return nil, err
	}
	if c.Vocab == "" {
		c.Vocab = suitableVocabulary(of)
	}
	learn, held, err := of.apart(*c.Holdout)
	if err != nil {
		return nil, named(c.Data, err)
	}
	t := &tokens{of: of, bytes: learn.bytes}
	if t.vocab, err = vocabularyOf(c.Vocab).make(ctx, c, learn); err != nil {
		return nil, named(c.Data, err)
	}
	if err := c.encode(ctx, t, learn, held); err != nil {
		return nil, named(c.Data, err)
	}
	switch n := t.learn.Len() + len(t.held); {
	case n < fewestTokens:
		return nil, named(c.Data, fmt.Errorf("%s not enough to learn from: at least %d are needed, fifty thousand are a start", words.Are(n, vocabularyOf(c.Vocab).unit), fewestTokens))
	case n < fewTokens:
		c.warn(fmt.Sprintf("the text is short (%s): the network will soon overfit; fifty thousand are a start", words.Thousand(n, vocabularyOf(c.Vocab).unit)))
	}
	if len(t.held) > 0 {
		t.perToken = float64(utf8.RuneCountInString(t.vocab.Decode(t.held))) / float64(len(t.held))
	}
	return t, nil
}

// survey reads the text once, and says what is not as it was.
func (c *Text) survey(ctx context.Context) (*corpus, error) {
	texts, err := data.TextsOf(c.Text), error(nil)
	if c.Text == "" {
		if texts, err = data.OpenTexts(c.Data); err != nil {
			return nil, missing(err, c.Data, "file")
		}
	}
	if c.Clean {
		texts = texts.Cleaned()
	}
	of, err := survey(ctx, texts, c.Clean)
	if err != nil {
		return nil, err
	}
	if remarks := of.remarks(); remarks != "" {
		c.say(remarks)
	}
	return of, nil
}

// encode makes tokens of both parts.
func (c *Text) encode(ctx context.Context, t *tokens, learn, held part) error {
	if learn.bytes > muchText {
		c.say(fmt.Sprintf("Making tokens of %s of text.", gigabytes(float64(learn.bytes))))
	}
	if err := c.Close(); err != nil { // that of an earlier call
		return err
	}
	s := &tokenSink{dir: os.TempDir(), kinds: t.vocab.Len(), most: cmp.Or(c.mostTokens, mostTokens)}
	if c.reserved {
		s.dir = c.Dir // on the disk that was chosen for large files
	}
	err := packed(ctx, t.vocab, learn, s.add)
	c.file = s.file // to be closed, whatever comes
	if err != nil {
		return err
	}
	if t.learn, err = s.source(); err != nil {
		return err
	}
	return packed(ctx, t.vocab, held, func(ids []int32) error {
		t.held = append(t.held, ids...)
		if len(t.held) < mostValidated {
			return nil
		}
		t.held = t.held[:mostValidated]
		return errEnough
	})
}

// errEnough ends packing.
var errEnough = fmt.Errorf("there are enough tokens")

// packed gives add the tokens of texts one after the other, with the end of a text between
// them if there is a token for it, or else blank lines. It stops without an error if add
// returns errEnough.
func packed(ctx context.Context, t tokenizer.Tokenizer, p part, add func([]int32) error) (err error) {
	between := []int32{0}
	var ok bool
	if between[0], ok = tokenizer.EndToken(t); !ok && len(p.spans) > 1 {
		if between, err = t.Encode("\n"); err != nil {
			return err
		}
	}
	defer func() {
		if err == errEnough {
			err = nil
		}
	}()
	for piece, read := range p.pieces(func() bool { err = add(between); return err == nil }) {
		var ids []int32
		if err = cmp.Or(read, ctx.Err()); err == nil {
			ids, err = t.Encode(piece)
		}
		if err == nil {
			err = add(ids)
		}
		if err != nil {
			return err
		}
	}
	return err
}

const (
	// mostTokens is how many tokens are kept in memory, 16 MiB of them; more are kept in
	// a file.
	mostTokens = 4 << 20
	// muchText is how many bytes take so long to read that it is said.
	muchText = 50_000_000
)

// tokenSink takes tokens, into a file if they become many.
type tokenSink struct {
	dir         string // for the file
	kinds, most int
	list        data.Tokens
	file        *data.TokenFile
}

func (s *tokenSink) add(ids []int32) (err error) {
	if s.file == nil {
		if s.list = append(s.list, ids...); len(s.list) <= s.most {
			return nil
		}
		if s.file, err = data.CreateTokenFile(s.dir, s.kinds); err != nil {
			return err
		}
		ids, s.list = s.list, nil
	}
	return s.file.Append(ids)
}

// source is all tokens that were added.
func (s *tokenSink) source() (data.TokenSource, error) {
	if s.file == nil {
		return s.list, nil
	}
	return s.file, s.file.Flush()
}

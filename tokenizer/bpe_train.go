package tokenizer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
)

// BPETraining configures [TrainBPE]. The zero value of each field is its default.
type BPETraining struct {
	// VocabSize is how many tokens there are in the end, those of the 256 bytes and the
	// special ones included; default [DefaultVocabSize]. There are fewer if the texts have no
	// more pairs.
	VocabSize int

	// MinFrequency is how often a pair must occur to become a token; default 2. (The
	// trainer of Hugging Face's library has a default of 0.)
	MinFrequency int

	// SpecialTokens are the first tokens, in this order; default "<|endoftext|>". An empty
	// list that is not nil means none.
	SpecialTokens []string

	// Cut names the model whose pre-tokenization is used: "gpt2", "llama3", "qwen2" or
	// "smollm"; default "gpt2".
	Cut string

	// Progress, if set, is told the tokens that there are, of how many, now and then;
	// and 0 tokens while texts are read.
	Progress func(tokens, of int)
}

// DefaultVocabSize is the number of tokens of [TrainBPE] where none is given.
const DefaultVocabSize = 8192

// withDefaults is the configuration with all defaults put in.
func (o BPETraining) withDefaults() (BPETraining, error) {
	o.VocabSize = cmp.Or(o.VocabSize, DefaultVocabSize)
	o.MinFrequency = cmp.Or(o.MinFrequency, 2)
	o.Cut = cmp.Or(o.Cut, "gpt2")
	if o.SpecialTokens == nil {
		o.SpecialTokens = []string{endOfText}
	}
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	for i, s := range o.SpecialTokens {
		if s == "" || !utf8.ValidString(s) || slices.Contains(o.SpecialTokens[:i], s) {
			return o, fmt.Errorf("special token %d, %q, is empty, not UTF-8, or there twice", i+1, s)
		}
	}
	if least := 256 + len(o.SpecialTokens); o.VocabSize < least || o.VocabSize > maxVocab {
		return o, fmt.Errorf("a vocabulary of size %d: must be from %d (the bytes and the special tokens) to %d", o.VocabSize, least, maxVocab)
	}
	if o.MinFrequency < 0 {
		return o, fmt.Errorf("a minimum frequency of %d: must be at least 0", o.MinFrequency)
	}
	return o, nil
}

// maxVocab bounds a vocabulary that is trained: four times the largest in use.
const maxVocab = 1 << 20

// TrainBPE makes a byte-level tokenizer whose tokens are what occurs often in some
// texts: it begins with the 256 bytes, and again and again makes the most frequent
// pair of neighbouring tokens a token, of pairs that are as frequent the one whose
// tokens are older. It never joins what the pre-tokenization cuts, such as two words.
//
// The tokens are those that the trainer of Hugging Face's tokenizers finds. Texts are
// taken one after the other, and memory grows with their different words only.
//
// Errors: a configuration that makes no sense; a text that is not UTF-8, or that the
// iterator gives an error for; no text at all; ctx is done.
//
// Sennrich et al. 2016, "Neural machine translation of rare words with subword units".
func TrainBPE(ctx context.Context, texts iter.Seq2[string, error], o BPETraining) (*Pipeline, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	cut, err := cutOf(o.Cut)
	if err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	pre, err := preTokenizers.read(tokenizerjson.Component(cut))
	if err != nil {
		return nil, err
	}
	counts, err := countPieces(ctx, texts, pre, o)
	if err != nil {
		return nil, err
	}
	t := newTrainer(counts, o)
	if err := t.run(ctx); err != nil {
		return nil, err
	}
	return newByteBPE(t.ids, t.merges, cut, o.SpecialTokens)
}

// countPieces counts the pieces that texts are cut into.
func countPieces(ctx context.Context, texts iter.Seq2[string, error], pre preTokenizer, o BPETraining) (map[string]int, error) {
	counts := map[string]*int{} // so that counting one does not write its key again
	n := 0
	for text, err := range texts {
		n++
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("tokenizer: after reading %s: %w", words.Count(n-1, "text"), err)
		}
		if err := checkUTF8(fmt.Sprintf("tokenizer: text %d", n), text); err != nil {
			return nil, err
		}
		o.Progress(0, o.VocabSize)
		pre.split(text, true, func(piece string, _ bool) {
			if c := counts[piece]; c != nil {
				*c++
				return
			}
			one := 1
			counts[strings.Clone(piece)] = &one
		})
	}
	if len(counts) == 0 {
		return nil, fmt.Errorf("tokenizer: the text is empty")
	}
	all := make(map[string]int, len(counts))
	for piece, c := range counts {
		all[piece] = *c
	}
	return all, nil
}

// trainer is the state of [TrainBPE] between merges.
type trainer struct {
	o      BPETraining
	ids    tokenizerjson.Vocabulary
	tokens []string // by number
	merges tokenizerjson.Merges

	words  [][]int32 // each piece as the tokens it has now
	counts []int     // of each piece
	pairs  map[[2]int32]int
	queue  []candidate // a heap
}

// candidate is a pair, how often it occurred when it was put into the queue, and the
// pieces where it did, or where it came to be since the last time.
type candidate struct {
	pair  [2]int32
	count int
	words []int32
}

// before orders candidates: frequent pairs first, and of equals that of older tokens.
func (c candidate) before(d candidate) bool {
	if c.count != d.count {
		return c.count > d.count
	}
	return c.pair[0] < d.pair[0] || c.pair[0] == d.pair[0] && c.pair[1] < d.pair[1]
}

func newTrainer(pieces map[string]int, o BPETraining) *trainer {
	t := &trainer{o: o, ids: tokenizerjson.Vocabulary{}, pairs: map[[2]int32]int{}}
	for _, s := range o.SpecialTokens {
		t.token(s)
	}
	runes := byteRunes
	slices.Sort(runes[:])
	for _, r := range runes {
		t.token(string(r))
	}
	var bytes [256]int32
	for b, r := range byteRunes {
		bytes[b] = t.ids[string(r)]
	}
	where := map[[2]int32][]int32{}
	// In order, so that the same texts take the same steps. The tokens do not depend on it.
	for _, piece := range slices.Sorted(maps.Keys(pieces)) {
		word := make([]int32, len(piece))
		for i := range word {
			word[i] = bytes[piece[i]]
			if i > 0 {
				t.change(where, [2]int32{word[i-1], word[i]}, pieces[piece], int32(len(t.words)))
			}
		}
		t.words = append(t.words, word)
		t.counts = append(t.counts, pieces[piece])
	}
	t.enqueue(where)
	return t
}

// token is the number of a token, which is new if there is none of this text.
func (t *trainer) token(text string) int32 {
	id, ok := t.ids[text]
	if !ok {
		id = int32(len(t.tokens))
		t.ids[text] = id
		t.tokens = append(t.tokens, text)
	}
	return id
}

// change counts a pair that has come to be n times in a piece, or -n times where it
// is no more, and notes the piece where it has come to be.
func (t *trainer) change(where map[[2]int32][]int32, pair [2]int32, n int, word int32) {
	t.pairs[pair] += n
	if n <= 0 {
		return
	}
	if list := where[pair]; len(list) == 0 || list[len(list)-1] != word {
		where[pair] = append(list, word)
	}
}

// enqueue puts the pairs that have come to be into the queue.
func (t *trainer) enqueue(where map[[2]int32][]int32) {
	for pair, words := range where {
		if count := t.pairs[pair]; count > 0 {
			t.push(candidate{pair, count, words})
		}
	}
}

// progressEvery is after how many tokens progress is told and ctx looked at.
const progressEvery = 64

func (t *trainer) run(ctx context.Context) error {
	for steps := 0; len(t.tokens) < t.o.VocabSize && len(t.queue) > 0; {
		top := t.pop()
		if now := t.pairs[top.pair]; now != top.count {
			top.count = now // some have gone with other pairs since
			t.push(top)
			continue
		}
		if top.count < 1 || top.count < t.o.MinFrequency {
			break
		}
		if steps++; steps%progressEvery == 0 {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("tokenizer: at token %d of %d: %w", len(t.tokens), t.o.VocabSize, err)
			}
			t.o.Progress(len(t.tokens), t.o.VocabSize)
		}
		a, b := t.tokens[top.pair[0]], t.tokens[top.pair[1]]
		id := t.token(a + b)
		t.merges = append(t.merges, [2]string{a, b})
		where := map[[2]int32][]int32{}
		for _, w := range top.words {
			t.merge(where, w, top.pair, id)
		}
		t.enqueue(where)
	}
	t.o.Progress(len(t.tokens), t.o.VocabSize)
	return ctx.Err()
}

// merge joins a pair wherever it is in a piece.
func (t *trainer) merge(where map[[2]int32][]int32, w int32, pair [2]int32, id int32) {
	word, n := t.words[w], t.counts[w]
	out := word[:0]
	for i := 0; i < len(word); i++ {
		if i+1 == len(word) || word[i] != pair[0] || word[i+1] != pair[1] {
			out = append(out, word[i])
			continue
		}
		if last := len(out) - 1; last >= 0 {
			t.change(where, [2]int32{out[last], pair[0]}, -n, w)
			t.change(where, [2]int32{out[last], id}, n, w)
		}
		if i+2 < len(word) {
			t.change(where, [2]int32{pair[1], word[i+2]}, -n, w)
			t.change(where, [2]int32{id, word[i+2]}, n, w)
		}
		out = append(out, id)
		i++
	}
	t.words[w] = out
}

func (t *trainer) push(c candidate) {
	t.queue = append(t.queue, c)
	q, i := t.queue, len(t.queue)-1
	for i > 0 && c.before(q[(i-1)/2]) {
		q[i] = q[(i-1)/2]
		i = (i - 1) / 2
	}
	q[i] = c
}

func (t *trainer) pop() candidate {
	q := t.queue
	top, c := q[0], q[len(q)-1]
	q[len(q)-1] = candidate{}
	q = q[:len(q)-1]
	t.queue = q
	if len(q) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child+1 < len(q) && q[child+1].before(q[child]) {
			child++
		}
		if child >= len(q) || !q[child].before(c) {
			break
		}
		q[i] = q[child]
		i = child
	}
	q[i] = c
	return top
}

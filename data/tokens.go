package data

import (
	"fmt"
	"math"

	"github.com/org/artnn/internal/words"
)

// Window is a run of tokens and the same run one token later: what a language
// model reads and what it should answer.
type Window struct {
	Inputs, Targets []int32
}

// TokenBatch is several windows of equal length, stacked.
//
// Shape: Inputs and Targets are [Rows, Steps], row-major.
type TokenBatch struct {
	Inputs, Targets []int32
	Rows, Steps     int

	// First says that the rows begin anew, so that carried recurrent state
	// must be zeroed. Of a [Streams] loader it is true at the start of an
	// epoch only; of every other it is always true.
	First bool
}

func newTokenBatch(rows, steps int) TokenBatch {
	return TokenBatch{
		Inputs: make([]int32, rows*steps), Targets: make([]int32, rows*steps),
		Rows: rows, Steps: steps, First: true,
	}
}

// setRow copies row r from the steps tokens at offset and their successors.
func (b TokenBatch) setRow(r int, tokens []int32, offset int) {
	copy(b.Inputs[r*b.Steps:(r+1)*b.Steps], tokens[offset:])
	copy(b.Targets[r*b.Steps:(r+1)*b.Steps], tokens[offset+1:])
}

// StackWindows makes one batch of windows of equal length; give it to
// [NewLoader]. Panics when lengths differ or there is no window.
func StackWindows(windows []Window) TokenBatch {
	if len(windows) == 0 {
		panic("stackWindows: no windows")
	}
	steps := len(windows[0].Inputs)
	b := newTokenBatch(len(windows), steps)
	for r, w := range windows {
		if len(w.Inputs) != steps || len(w.Targets) != steps {
			panic(fmt.Sprintf("stackWindows: expected %s and as many targets in window %d, got %d and %d",
				words.Count(steps, "input"), r, len(w.Inputs), len(w.Targets)))
		}
		copy(b.Inputs[r*steps:], w.Inputs)
		copy(b.Targets[r*steps:], w.Targets)
	}
	return b
}

type windows struct {
	tokens        []int32
	steps, stride int
}

func (w windows) Len() int { return (len(w.tokens)-1-w.steps)/w.stride + 1 }

func (w windows) At(i int) Window {
	lo := i * w.stride
	hi := lo + w.steps
	return Window{Inputs: w.tokens[lo:hi:hi], Targets: w.tokens[lo+1 : hi+1 : hi+1]}
}

// Windows is the dataset of running windows of tokens: window i starts at
// token i·stride. Stride steps makes them touch, stride 1 gives every one.
//
// The windows are views of tokens, which must not change.
//
// Errors: steps or stride below 1, fewer than steps+1 tokens.
func Windows(tokens []int32, steps, stride int) (Dataset[Window], error) {
	if stride < 1 {
		return nil, fmt.Errorf("windows: the stride must be positive, got %d", stride)
	}
	if err := enough("windows", len(tokens), 1, steps); err != nil {
		return nil, err
	}
	return windows{tokens, steps, stride}, nil
}

// RandomWindows is an endless supply of windows at random offsets, rows of them
// to a batch; any window is as likely as any other.
//
// An epoch is as many batches as have about as many tokens as the text. The
// same seed gives the same windows.
//
// Errors: rows or steps below 1, fewer than steps+1 tokens.
func RandomWindows(tokens []int32, rows, steps int, seed uint64) (*Loader[TokenBatch], error) {
	return RandomWindowsOf(Tokens(tokens), rows, steps, seed)
}

// RandomWindowsOf is [RandomWindows] of a text that need not fit into memory.
//
// Errors: those of RandomWindows.
func RandomWindowsOf(tokens TokenSource, rows, steps int, seed uint64) (*Loader[TokenBatch], error) {
	n := tokens.Len()
	if rows < 1 {
		return nil, fmt.Errorf("random windows: the number of rows must be positive, got %d", rows)
	}
	if err := enough("random windows", n, 1, steps); err != nil {
		return nil, err
	}
	if err := fits("random windows", rows, steps); err != nil {
		return nil, err
	}
	offsets := n - steps
	batches := max(1, (n-1)/(rows*steps))
	source := fmt.Sprintf("random windows of %d×%d of %d tokens with seed %d", rows, steps, n, seed)
	return newLoader(batches, source, -1, func(epoch, batch int) TokenBatch {
		key := mix(epochKey(seed, epoch), uint64(batch))
		b := newTokenBatch(rows, steps)
		window := make([]int32, steps+1)
		for r := range rows {
			tokens.ReadTokens(window, below(mix(key, uint64(r)), offsets))
			b.setRow(r, window, 0)
		}
		return b
	}), nil
}

// Streams reads a text as several parallel streams, in order: row r of each
// batch goes on where row r of the batch before ended. Recurrent state carried
// from batch to batch then sees a whole stream (truncated backpropagation
// through time), and validation sees every token in its context.
//
// The text is cut into streams of ⌊(tokens−1)/rows⌋ targets; fewer than rows
// tokens at its end are left out. The last batch of an epoch may have fewer
// steps. First is true in the first batch of each epoch.
//
// Errors: rows or steps below 1, fewer than rows+1 tokens.
func Streams(tokens []int32, rows, steps int) (*Loader[TokenBatch], error) {
	if rows < 1 {
		return nil, fmt.Errorf("streams: the number of rows must be positive, got %d", rows)
	}
	if steps < 1 {
		return nil, fmt.Errorf("streams: the number of steps must be positive, got %d", steps)
	}
	if err := enough("streams", len(tokens), rows, 1); err != nil {
		return nil, err
	}
	length := (len(tokens) - 1) / rows
	batches := (length-1)/steps + 1
	source := fmt.Sprintf("%s of %s, %s at a time", words.Count(rows, "stream"), words.Count(len(tokens), "token"), words.Count(steps, "step"))
	return newLoader(batches, source, -1, func(_, batch int) TokenBatch {
		lo := batch * steps
		b := newTokenBatch(rows, min(steps, length-lo))
		for r := range rows {
			b.setRow(r, tokens, r*length+lo)
		}
		b.First = batch == 0
		return b
	}), nil
}

// PadSequences makes one batch of sequences of different lengths, each with
// its own start and end; give it to [NewLoader].
//
// A sequence of n tokens fills n−1 steps. The steps behind it have input pad
// and target ignore, the index that the loss leaves out.
// Panics when no sequence has two tokens.
func PadSequences(sequences [][]int32, pad, ignore int32) TokenBatch {
	steps := 0
	for _, s := range sequences {
		steps = max(steps, len(s)-1)
	}
	if steps == 0 {
		panic("padSequences: no sequence of two tokens or more")
	}
	b := newTokenBatch(len(sequences), steps)
	for r, s := range sequences {
		in, out := b.Inputs[r*steps:(r+1)*steps], b.Targets[r*steps:(r+1)*steps]
		n := max(0, len(s)-1)
		if n > 0 {
			copy(in, s[:n])
			copy(out, s[1:])
		}
		for i := n; i < steps; i++ {
			in[i], out[i] = pad, ignore
		}
	}
	return b
}

// enough checks that tokens make rows windows of steps and their targets.
func enough(op string, tokens, rows, steps int) error {
	switch {
	case steps < 1:
		return fmt.Errorf("%s: the number of steps must be positive, got %d", op, steps)
	case tokens-1 < steps && rows == 1:
		return fmt.Errorf("%s: %s need %s with their targets, the text has %d; use a longer text or fewer steps",
			op, words.Count(steps, "step"), words.Count(steps+1, "token"), tokens)
	case tokens-1 < rows:
		return fmt.Errorf("%s: %s need at least %s, the text has %d; use a longer text or fewer rows",
			op, words.Count(rows, "row"), words.Count(rows+1, "token"), tokens)
	}
	return nil
}

// fits checks that rows×steps is a size a slice can have.
func fits(op string, rows, steps int) error {
	if rows > math.MaxInt32/4/steps {
		return fmt.Errorf("%s: a batch of %d×%d tokens is too large", op, rows, steps)
	}
	return nil
}

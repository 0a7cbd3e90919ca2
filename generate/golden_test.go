package generate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/tokenizer"
)

// number is a note of a case, or a default.
func number(c *golden.Case, name string, otherwise float64) float64 {
	if _, ok := c.Notes()[name]; !ok {
		return otherwise
	}
	return c.Float(name)
}

// The probabilities by which tokens are drawn are those of transformers.
func TestGoldenProbabilities(t *testing.T) {
	f := golden.Load(t, "testdata/generate.safetensors")
	for _, name := range f.Cases() {
		if name == "beams" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := f.Case(t, name)
			bias := map[int32]float64{}
			for i, id := range c.Array("in.biased").Int32s() {
				bias[id] = c.Array("in.biases").Data[i]
			}
			s, err := NewSampler(nil, Bias(bias),
				Repetition(number(c, "repetition_penalty", 1)),
				Temperature(number(c, "temperature", 1)), TopK(int(number(c, "top_k", 0))),
				TopP(number(c, "top_p", 1)), MinP(number(c, "min_p", 0)))
			require.NoError(t, err)
			s.Observe(c.Array("in.text").Int32s()...)
			logits := float32s(c.Array("in.logits").Data)
			_, err = s.Pick(slices.Clone(logits))
			require.NoError(t, err)
			c.Close("out.probabilities", s.probabilities(), 1e-5)
		})
	}
}

func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// probabilities are those that the last token was drawn by.
func (s *Sampler) probabilities() []float64 {
	p := make([]float64, len(s.weights))
	sum := 0.0
	add := func(id int32, w float32) { p[id] = float64(w); sum += float64(w) }
	if s.narrows() {
		for _, c := range s.best {
			add(c.token, c.weight)
		}
	} else {
		for i, w := range s.weights {
			add(int32(i), w)
		}
	}
	for i := range p {
		p[i] /= sum
	}
	return p
}

// digits is a tokenizer of digits.
type digits struct{ bytewise }

func (digits) Len() int               { return 10 }
func (digits) SpecialTokens() []int32 { return nil }
func (digits) Encode(text string) (tokens []int32, err error) {
	for _, b := range []byte(text) {
		tokens = append(tokens, int32(b-'0'))
	}
	return tokens, nil
}

func (digits) Decode(tokens []int32) string {
	var b strings.Builder
	for _, token := range tokens {
		b.WriteByte(byte('0' + token))
	}
	return b.String()
}

// table is a model whose logits are a function of the last two tokens.
type table struct {
	logits []float32 // [10, 10, 10]
	forks  bool
	open   *int // readers
}

func (m table) Tokenizer() tokenizer.Tokenizer { return digits{} }

func (m table) NewReader() Reader {
	*m.open++
	r := &tableReader{m: m, last: [2]int32{-1, -1}}
	if m.forks {
		return forkingReader{r}
	}
	return r
}

type tableReader struct {
	m    table
	last [2]int32
}

func (r *tableReader) Read(tokens []int32, logits []float32) {
	for _, id := range tokens {
		if r.last[1] < 0 {
			r.last[1] = id
		}
		r.last = [2]int32{r.last[1], id}
	}
	if logits != nil {
		copy(logits, r.m.logits[(r.last[0]*10+r.last[1])*10:])
	}
}

func (r *tableReader) Release() { *r.m.open-- }

type forkingReader struct{ *tableReader }

func (r forkingReader) Fork() Reader {
	*r.m.open++
	f := *r.tableReader
	return forkingReader{&f}
}

// Beams finds what transformers' beam search finds, with readers that can be copied
// and with ones that cannot.
func TestGoldenBeams(t *testing.T) {
	f := golden.Load(t, "testdata/generate.safetensors")
	c := f.Case(t, "beams")
	logits := float32s(c.Array("in.table").Data)
	prompt := ""
	for _, id := range c.Array("in.prompt").Int32s() {
		prompt += strconv.Itoa(int(id))
	}
	searches := 0
	for i := range c.Notes() {
		if !strings.HasPrefix(i, "search") {
			continue
		}
		searches++
		number := strings.TrimPrefix(i, "search")
		notes := c.Floats(i) // width, length penalty, patience, tokens, repetition penalty, end tokens
		want := c.Array("out.tokens" + number)
		var scores []float64
		for _, forks := range []bool{true, false} {
			open := 0
			options := []Option{Repetition(notes[4])}
			for _, end := range notes[5:] {
				options = append(options, EndTokens(int32(end)))
			}
			beams, err := Beams(context.Background(), table{logits, forks, &open}, prompt, int(notes[3]), BeamConfig{
				Width: int(notes[0]), LengthPenalty: notes[1], Patience: Patience(notes[2]),
			}, options...)
			require.NoError(t, err)
			require.Len(t, beams, want.Shape[0], i)
			assert.Zero(t, open, "readers left")
			scores = nil
			for k, b := range beams {
				row := want.At(k).Int32s()
				if pad := slices.Index(row, 10); pad >= 0 {
					row = row[:pad]
				}
				assert.Equal(t, row, b.Tokens, "%s, beam %d", i, k)
				scores = append(scores, b.Score)
				text := b.Tokens
				if slices.Contains(notes[5:], float64(text[len(text)-1])) {
					assert.Equal(t, EndOfText, b.End)
					text = text[:len(text)-1]
				} else {
					assert.Equal(t, Length, b.End)
				}
				assert.Equal(t, digits{}.Decode(text), b.Text)
			}
		}
		c.Close("out.scores"+number, scores, 1e-5)
	}
	assert.GreaterOrEqual(t, searches, 10)
}

// A beam search as wide as there are texts finds the likeliest of all.
func TestBeamsFindTheLikeliest(t *testing.T) {
	c := golden.Load(t, "testdata/generate.safetensors").Case(t, "beams")
	open := 0
	m := table{float32s(c.Array("in.table").Data), true, &open}
	beams, err := Beams(context.Background(), m, "517", 3, BeamConfig{Width: 1000})
	require.NoError(t, err)
	require.Len(t, beams, 1000)
	best, text := math.Inf(-1), ""
	for i := range 1000 {
		candidate := fmt.Sprintf("%03d", i)
		sum := 0.0
		last := "17"
		for _, digit := range candidate {
			row := (int(last[0]-'0')*10 + int(last[1]-'0')) * 10
			sum += logSoftmax(m.logits[row:row+10], int(digit-'0'))
			last = last[1:] + string(digit)
		}
		if sum > best {
			best, text = sum, candidate
		}
	}
	assert.Equal(t, text, beams[0].Text)
	assert.InDelta(t, best, beams[0].Score, 1e-5)
}

func logSoftmax(logits []float32, at int) float64 {
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x))
	}
	return float64(logits[at]) - math.Log(sum)
}

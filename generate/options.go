package generate

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// Option changes how texts are written, or how a [Sampler] picks tokens.
type Option func(*settings)

// settings are what options set.
type settings struct {
	temperature, topP, minP         float64
	topK                            int
	repetition, presence, frequency float64
	bias                            map[int32]float64
	seed                            uint64

	texts texts
	// drawn and text are the last options given that only sampling, and only
	// writing texts, knows.
	drawn, text string
}

// texts are settings that have no meaning for a single token.
type texts struct {
	stop     []string
	ends     []int32
	form     Form
	logProbs bool
	top      int // alternatives
}

func newSettings(options []Option) (settings, error) {
	s := settings{temperature: 1, repetition: 1}
	for _, o := range options {
		o(&s)
	}
	return s, s.check()
}

// Temperature divides the logits before a token is drawn: below 1 likely tokens
// become likelier, above 1 all become more alike, and at 0 the likeliest token
// is taken. Default 1, the model's own probabilities.
func Temperature(t float64) Option {
	return func(s *settings) { s.temperature = t; s.drawn = "temperature" }
}

// TopK draws from the k likeliest tokens only, and those as likely as the last of
// them; 0, the default, from all.
func TopK(k int) Option { return func(s *settings) { s.topK = k; s.drawn = "top-k" } }

// TopP draws from the likeliest tokens that together have probability p, after
// temperature and TopK; 0, the default, and 1 mean all.
//
// Reference: Holtzman et al., "The Curious Case of Neural Text Degeneration",
// 2019.
func TopP(p float64) Option { return func(s *settings) { s.topP = p; s.drawn = "top-p" } }

// MinP draws from tokens that are at least p times as likely as the likeliest,
// after TopP. It leaves many where the model hesitates and few where it does not.
// Default 0, all.
//
// Reference: Nguyen et al., "Turning Up the Heat: Min-p Sampling for Creative and
// Coherent LLM Outputs", 2024.
func MinP(p float64) Option { return func(s *settings) { s.minP = p; s.drawn = "min-p" } }

// Repetition divides the positive logits of tokens that the text has, its prompt
// included, by a penalty, and multiplies the negative ones by it. Default 1, none;
// 1.1 to 1.3 are usual for tokens that are words. A model of characters needs none:
// a text cannot do without the letters it has.
//
// Reference: Keskar et al., "CTRL: A Conditional Transformer Language Model for
// Controllable Generation", 2019.
func Repetition(penalty float64) Option { return func(s *settings) { s.repetition = penalty } }

// Presence subtracts a penalty from the logits of tokens that were generated, as
// OpenAI's presence_penalty. Tokens of the prompt do not count. Default 0.
func Presence(penalty float64) Option { return func(s *settings) { s.presence = penalty } }

// Frequency subtracts a penalty from the logits of tokens for each time that they
// were generated, as OpenAI's frequency_penalty. Tokens of the prompt do not count.
// Default 0.
func Frequency(penalty float64) Option { return func(s *settings) { s.frequency = penalty } }

// Bias adds to the logits of tokens; −Inf excludes one. The map is not copied.
func Bias(logits map[int32]float64) Option { return func(s *settings) { s.bias = logits } }

// Seed seeds the random numbers: the same seed gives the same tokens. Default 0.
func Seed(seed uint64) Option { return func(s *settings) { s.seed = seed; s.drawn = "seed" } }

// Stop ends a text before the first of these strings. Nothing of it is written,
// and nothing of what might become one is streamed before that is known. It may begin
// and end inside of tokens. The prompt does not count.
func Stop(strings ...string) Option {
	return func(s *settings) { s.texts.stop = append(s.texts.stop, strings...); s.text = "stop" }
}

// EndTokens end a text, and add nothing to it. They add to those of a model
// that is an [Ender], and may be special tokens.
func EndTokens(tokens ...int32) Option {
	return func(s *settings) { s.texts.ends = append(s.texts.ends, tokens...); s.text = "end tokens" }
}

// Within keeps what is written, without the prompt, within a form. The text
// ends as soon as the form is complete and allows nothing more; end tokens are
// allowed only where the form may end. A text that has reached its number of tokens
// before is cut off, and its reason of the end is [Length].
func Within(form Form) Option {
	return func(s *settings) { s.texts.form = form; s.text = "a form" }
}

// LogProbs computes log-probabilities of tokens, and of the top likeliest at each
// place, which may be 0: those that the model gives, before all other options.
func LogProbs(top int) Option {
	return func(s *settings) { s.texts.logProbs, s.texts.top, s.text = true, top, "log-probabilities" }
}

// mostBias bounds biases, so that sums with logits stay finite.
const mostBias = 1e9

func (s *settings) check() error {
	switch {
	case s.topK < 0:
		return fmt.Errorf("top-k: %d: must be positive, or 0 for all tokens", s.topK)
	case !(s.topP >= 0 && s.topP <= 1):
		return fmt.Errorf("top-p: %g: must be in [0, 1]", s.topP)
	case !(s.minP >= 0 && s.minP <= 1):
		return fmt.Errorf("min-p: %g: must be in [0, 1]", s.minP)
	case !(s.temperature >= 0 && s.temperature <= math.MaxFloat64):
		return fmt.Errorf("temperature: %g: must be finite and not negative", s.temperature)
	case !(s.repetition > 0 && s.repetition <= mostBias):
		return fmt.Errorf("repetition penalty: %g: must be positive and at most %g; 1 is none", s.repetition, mostBias)
	case !(math.Abs(s.presence) <= mostBias):
		return fmt.Errorf("presence penalty: %g: must be from %g to %g", s.presence, -mostBias, mostBias)
	case !(math.Abs(s.frequency) <= mostBias):
		return fmt.Errorf("frequency penalty: %g: must be from %g to %g", s.frequency, -mostBias, mostBias)
	case s.texts.top < 0:
		return fmt.Errorf("log-probabilities: %d: the number of the likeliest must not be negative", s.texts.top)
	}
	for token, b := range s.bias {
		if token < 0 {
			return fmt.Errorf("bias of token %d: tokens are not negative", token)
		}
		if !(b <= mostBias && (b >= -mostBias || math.IsInf(b, -1))) {
			return fmt.Errorf("bias of token %d: %g: must be from %g to %g, or -Inf", token, b, -mostBias, mostBias)
		}
	}
	for _, stop := range s.texts.stop {
		switch {
		case stop == "":
			return fmt.Errorf("stop: an empty string would end every text at once")
		case !utf8.ValidString(stop):
			return fmt.Errorf("stop: %q is not UTF-8", stop)
		}
	}
	return nil
}

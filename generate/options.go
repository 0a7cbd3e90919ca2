package generate

// Option changes how a [Sampler] picks tokens.
type Option func(*Sampler)

// Temperature divides the logits before a token is drawn: below 1 likely tokens
// become likelier, above 1 all become more alike, and at 0 the likeliest token
// is taken. Default 1, the model's own probabilities.
func Temperature(t float64) Option { return func(s *Sampler) { s.temperature = t } }

// TopK draws from the k likeliest tokens only; 0, the default, from all.
func TopK(k int) Option { return func(s *Sampler) { s.topK = k } }

// TopP draws from the likeliest tokens that together have probability p, after
// temperature and TopK; 0, the default, and 1 mean all.
//
// Reference: Holtzman et al., "The Curious Case of Neural Text Degeneration",
// 2019.
func TopP(p float64) Option { return func(s *Sampler) { s.topP = p } }

// Seed seeds the random numbers: the same seed gives the same tokens. Default 0.
func Seed(seed uint64) Option { return func(s *Sampler) { s.stream.Key = seed } }

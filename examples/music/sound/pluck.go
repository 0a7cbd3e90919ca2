package sound

import (
	"math"
	"math/rand/v2"
)

const (
	ring    = 4.0  // seconds in which a string's sound becomes a thousandth
	release = 0.08 // seconds in which it does when the note has ended
	// leastDelay keeps the tuning filter away from where it would barely decay.
	leastDelay = 0.1 // samples
)

// pluck adds the sound of a string to out: of a key of MIDI, that is held for some
// samples.
//
// A loop as long as the period holds noise, the pluck. Every time round, neighbours are
// averaged, so that high overtones die first (Karplus and Strong, 1983). The loop has a
// whole number of samples; an all-pass filter delays by the rest, which tunes the
// string (Jaffe and Smith, 1983).
func pluck(out []float32, key, held int) {
	frequency := 440 * math.Pow(2, float64(key-69)/12)
	// Averaging two samples delays by half a sample.
	period := rate/frequency - 0.5
	whole := int(period - leastDelay)
	rest := period - float64(whole)
	c := (1 - rest) / (1 + rest)

	loop := make([]float64, whole)
	noise, sum := rand.New(rand.NewPCG(uint64(key), 0)), 0.0
	for i := range loop {
		loop[i] = 2*noise.Float64() - 1
		sum += loop[i]
	}
	for i := range loop {
		loop[i] -= sum / float64(whole) // no constant part
	}

	keep := math.Pow(1e-3, 1/(ring*frequency)) // each time round
	fade := math.Pow(1e-3, 1/(release*rate))   // each sample
	loud, last, lastIn, lastOut := 1.0, 0.0, 0.0, 0.0
	for i := range out {
		if i > held {
			if loud *= fade; loud < 1e-5 {
				break
			}
		}
		x := loop[i%whole]
		out[i] += float32(loud * x)
		average := keep * (x + last) / 2
		tuned := c*average + lastIn - c*lastOut
		last, lastIn, lastOut = x, average, tuned
		loop[i%whole] = tuned
	}
}

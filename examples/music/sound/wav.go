package sound

import (
	"errors"
	"io"

	"github.com/go-audio/audio"
	"github.com/go-audio/wav"

	"github.com/org/artnn/examples/music/abc"
)

const (
	rate = 44100 // samples a second
	tail = 1.0   // seconds that the last note rings
	peak = 0.8   // of what 16 bits hold
)

// WAV is a tune as mono sound of 44,100 samples of 16 bits a second.
//
// Errors: a tune of more than ten minutes.
func WAV(t *abc.Tune) ([]byte, error) {
	samples, err := render(t)
	if err != nil {
		return nil, err
	}
	var out memory
	e := wav.NewEncoder(&out, rate, 16, 1, 1)
	block := &audio.IntBuffer{Format: &audio.Format{NumChannels: 1, SampleRate: rate}, SourceBitDepth: 16}
	for len(samples) > 0 {
		n := min(len(samples), rate)
		block.Data = block.Data[:0]
		for _, s := range samples[:n] {
			block.Data = append(block.Data, int(s*32767))
		}
		if err := e.Write(block); err != nil {
			return nil, err
		}
		samples = samples[n:]
	}
	return out.data, e.Close()
}

// render is the sound of a tune, from −1 to 1.
func render(t *abc.Tune) ([]float32, error) {
	notes, tempo, err := played(t)
	if err != nil {
		return nil, err
	}
	var ticks int64
	for _, n := range notes {
		ticks += int64(n.Length)
	}
	at := func(ticks int64) int { return int(seconds(ticks, tempo) * rate) }
	mix := make([]float32, at(ticks)+int(tail*rate))
	ticks = 0
	for _, n := range notes {
		from, to := at(ticks), at(ticks+int64(n.Length))
		for _, p := range n.Pitches {
			pluck(mix[from:], p.MIDI(), to-from)
		}
		ticks += int64(n.Length)
	}
	var loudest float32
	for _, s := range mix {
		loudest = max(loudest, s, -s)
	}
	if loudest > 0 {
		for i := range mix {
			mix[i] *= peak / loudest
		}
	}
	return mix, nil
}

// memory is a file in memory. The encoder goes back to its beginning to write how
// long it has become.
type memory struct {
	data []byte
	at   int
}

func (m *memory) Write(p []byte) (int, error) {
	if end := m.at + len(p); end > len(m.data) {
		m.data = append(m.data, make([]byte, end-len(m.data))...)
	}
	m.at += copy(m.data[m.at:], p)
	return len(p), nil
}

func (m *memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += int64(m.at)
	case io.SeekEnd:
		offset += int64(len(m.data))
	}
	if offset < 0 || offset > int64(len(m.data)) {
		return 0, errors.New("out of the file")
	}
	m.at = int(offset)
	return offset, nil
}

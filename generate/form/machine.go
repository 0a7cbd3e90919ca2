package form

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/org/artnn/generate"
)

// netForm is a network as a form.
type netForm struct{ *net }

// Start makes a machine of its own, so that goroutines share the network only.
func (f netForm) Start() generate.FormState {
	return f.first() // not nil: begins has seen to it
}

func (f netForm) first() *state {
	m := &machine{net: f.net, frames: map[frame]*frame{}, states: map[string]*state{}}
	return m.state([]config{{f.start, nil}})
}

// begins is an error if a text cannot begin, since the first character is behind more
// rules than are followed.
func (f netForm) begins() error {
	if f.first() == nil {
		return fmt.Errorf("there are more than %d ways to its first character: make it simpler", mostWays)
	}
	return nil
}

// machine makes the states of a network as texts come to them, each once.
type machine struct {
	*net
	frames map[frame]*frame
	states map[string]*state
	ids    uint64

	seen map[config]struct{} // scratch
	todo []config            // scratch
	key  []byte              // scratch
}

// frame is a rule under way: where to go on when it ends.
type frame struct {
	to     int32
	parent *frame
	id     uint64 // 0 while it is looked up
}

// config is a way in which a text may have come here.
type config struct {
	node  int32
	frame *frame
}

// netState is all ways in which a text may have come here.
type netState struct {
	m       *machine
	configs []config // at nodes of bytes
}

const (
	// mostWays bounds the ways of a state. An ambiguous grammar may have exponentially
	// many; further ones are not followed.
	mostWays = 1 << 12
	// mostFrames bounds the frames that are looked up. Of those forgotten there are
	// two for a while, which costs time and changes nothing.
	mostFrames = 1 << 16
)

func (s *netState) step(b byte) *state {
	var to []config
	for _, c := range s.configs {
		edges := s.m.nodes[c.node].byte
		i := sort.Search(len(edges), func(i int) bool { return edges[i].hi >= b })
		if i < len(edges) && edges[i].lo <= b {
			to = append(to, config{edges[i].to, c.frame})
		}
	}
	if len(to) == 0 {
		return nil
	}
	return s.m.state(to)
}

// state is that of some configs and all that follow without a byte; nil if
// nothing comes to an end.
func (m *machine) state(from []config) *state {
	if m.seen == nil {
		m.seen = map[config]struct{}{}
	}
	clear(m.seen)
	m.todo = append(m.todo[:0], from...)
	var at []config
	final := false
	for len(m.todo) > 0 {
		c := m.todo[len(m.todo)-1]
		m.todo = m.todo[:len(m.todo)-1]
		n := &m.nodes[c.node]
		if _, ok := m.seen[c]; ok || n.dead || len(m.seen) >= mostWays {
			continue
		}
		m.seen[c] = struct{}{}
		switch n.kind {
		case bytes:
			at = append(at, c)
		case free:
			for _, to := range n.free {
				m.todo = append(m.todo, config{to, c.frame})
			}
		case call:
			// A rule that ends where this one does comes back to what comes after this one.
			if m.nodes[n.to].kind == ret {
				m.todo = append(m.todo, config{n.rule, c.frame})
			} else {
				m.todo = append(m.todo, config{n.rule, m.frame(n.to, c.frame)})
			}
		case ret:
			if c.frame == nil {
				final = true
			} else {
				m.todo = append(m.todo, config{c.frame.to, c.frame.parent})
			}
		}
	}
	if len(at) == 0 && !final {
		return nil
	}
	slices.SortFunc(at, func(a, b config) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.frame.order(), b.frame.order()))
	})
	m.key = m.key[:0]
	for _, c := range at {
		m.key = binary.LittleEndian.AppendUint32(m.key, uint32(c.node))
		m.key = binary.LittleEndian.AppendUint64(m.key, c.frame.order())
	}
	if final {
		m.key = append(m.key, 1)
	}
	if s, ok := m.states[string(m.key)]; ok {
		return s
	}
	if len(m.states) >= mostStates {
		clear(m.states)
	}
	if len(m.frames) >= mostFrames {
		clear(m.frames)
	}
	s := &state{from: &netState{m, at}, final: final}
	m.states[string(m.key)] = s
	return s
}

// frame is the one of its kind.
func (m *machine) frame(to int32, parent *frame) *frame {
	key := frame{to, parent, 0}
	f, ok := m.frames[key]
	if !ok {
		m.ids++
		f = &frame{to, parent, m.ids}
		m.frames[key] = f
	}
	return f
}

func (f *frame) order() uint64 {
	if f == nil {
		return 0
	}
	return f.id
}

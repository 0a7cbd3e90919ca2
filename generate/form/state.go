package form

import "github.com/org/artnn/generate"

// state is a state of a form that remembers what follows it.
type state struct {
	from  stepper
	final bool
	next  [256]*state
	known [4]uint64 // bytes whose next is known
}

// stepper computes the state after a byte, nil if there is none. Equal states are the
// same one, as far as a machine remembers them.
type stepper interface{ step(b byte) *state }

// mostStates bounds the states that a machine remembers, of 2 KB each. Those
// forgotten are made anew.
const mostStates = 1 << 12

// Next is the state after a byte.
func (s *state) Next(b byte) generate.FormState {
	if s.known[b/64]>>(b%64)&1 == 0 {
		s.next[b] = s.from.step(b)
		s.known[b/64] |= 1 << (b % 64)
	}
	if next := s.next[b]; next != nil {
		return next
	}
	return nil
}

// Final reports whether a text may end here.
func (s *state) Final() bool { return s.final }

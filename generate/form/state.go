package form

import "github.com/org/artnn/generate"

// state is a state of a form that remembers what follows it.
type state struct {
	from  stepper
	final bool
	known [4]uint64      // bytes whose next is known
	next  [4]*[64]*state // by the upper two bits of a byte, made when there are some
}

// stepper computes the state after a byte, nil if there is none. Equal states are the
// same one, as far as a machine remembers them.
type stepper interface{ step(b byte) *state }

// mostStates bounds the states that a machine remembers. Most are within a character,
// of 600 bytes each. Those forgotten are made anew.
const mostStates = 1 << 15

// Next is the state after a byte.
func (s *state) Next(b byte) generate.FormState {
	if to := s.after(b); to != nil {
		return to
	}
	return nil
}

// after is the state after a byte, nil if there is none.
func (s *state) after(b byte) *state {
	part := s.next[b/64]
	if s.known[b/64]>>(b%64)&1 == 0 {
		s.known[b/64] |= 1 << (b % 64)
		if to := s.from.step(b); to != nil {
			if part == nil {
				part = new([64]*state)
				s.next[b/64] = part
			}
			part[b%64] = to
		}
	}
	if part == nil {
		return nil
	}
	return part[b%64]
}

// Final reports whether a text may end here.
func (s *state) Final() bool { return s.final }

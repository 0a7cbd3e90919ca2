package generate

import "strings"

// stopper cuts a text before the first of some strings, as its pieces come.
type stopper struct {
	stops []string
	held  string // what might be the beginning of one
}

// next is what a piece lets be shown, and whether the text ends there.
func (s *stopper) next(piece string) (shown string, ended bool) {
	if len(s.stops) == 0 {
		return piece, false
	}
	text := s.held + piece
	cut := -1
	for _, stop := range s.stops {
		if i := strings.Index(text, stop); i >= 0 && (cut < 0 || i < cut) {
			cut = i
		}
	}
	if cut >= 0 {
		s.held = ""
		return text[:cut], true
	}
	hold := 0
	for _, stop := range s.stops {
		for n := min(len(stop)-1, len(text)); n > hold; n-- {
			if strings.HasSuffix(text, stop[:n]) {
				hold = n
				break
			}
		}
	}
	s.held = text[len(text)-hold:]
	return text[:len(text)-hold], false
}

// flush is what is held where a text ends without one of the strings.
func (s *stopper) flush() string {
	held := s.held
	s.held = ""
	return held
}

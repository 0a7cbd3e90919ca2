package backend

// AttentionMask says which keys a query sees. The zero value lets each see all.
type AttentionMask struct {
	// Causal queries see no key after their place.
	Causal bool
	// Window, if not 0, is how many places a query sees: its own and those before, and
	// without Causal as many after it.
	Window int
	// Offset is the place of the first query among the keys: that of query i is
	// Offset+i.
	Offset int
	// Lengths is how many keys each sequence of the batch has, the rest being padding.
	// nil: all that there are.
	Lengths []int32
	// Dropout is which weights of the keys that it sees are dropped, in training.
	Dropout AttentionDropout
}

// AttentionDropout drops weights of attention with probability P, after they have been
// divided by their sum, and divides those that are kept by 1−P. The zero value drops
// none.
//
// Of H heads, the weight of query i of Tq, of head h, in sequence b, to key j of Tk
// depends on number First + ((b·H + h)·Tq + i)·Tk + j of the sequence of Bernoulli
// numbers with probability 1−P that Stream names: it is dropped where that is 0.
//
// Reference: Srivastava et al., "Dropout", 2014; Salmon et al., "Parallel random numbers:
// as easy as 1, 2, 3", 2011.
type AttentionDropout struct {
	P      float64 // in [0, 1]
	Stream Stream
	First  int
}

// Keys is the range [lo, hi) of n keys that query i of sequence b sees; lo = hi if it
// sees none. Both grow with i.
func (m *AttentionMask) Keys(b, i, n int) (lo, hi int) {
	hi = n
	if m.Lengths != nil {
		hi = min(hi, int(m.Lengths[b]))
	}
	at := m.Offset + i
	if m.Window > 0 {
		lo = max(lo, at-m.Window+1)
		if m.Window < n-at {
			hi = min(hi, at+m.Window)
		}
	}
	if m.Causal {
		hi = min(hi, at+1)
	}
	hi = max(hi, 0)
	return min(lo, hi), hi
}

// Full reports whether every query of every sequence sees all of n keys.
func (m *AttentionMask) Full(queries, n int) bool {
	if m.Causal && m.Offset < n-1 || m.Window > 0 && (m.Window < m.Offset+queries || m.Window < n-m.Offset) {
		return false
	}
	for _, l := range m.Lengths {
		if int(l) < n {
			return false
		}
	}
	return true
}

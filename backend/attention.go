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

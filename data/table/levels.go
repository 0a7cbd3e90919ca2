package table

import (
	"bytes"
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// missingCode is the code of a missing category.
const missingCode = -1

// names are texts one after another, which takes the room of the texts and four
// bytes for each.
type names struct {
	text string
	ends []uint32
}

func (n names) len() int { return len(n.ends) }

func (n names) at(i int) string {
	begin := uint32(0)
	if i > 0 {
		begin = n.ends[i-1]
	}
	return n.text[begin:n.ends[i]]
}

// levels numbers names in the order they come. It is a hash table whose keys lie
// one after another, since a column may have a name for each row.
type levels struct {
	text  []byte
	ends  []uint32
	slots []int32 // 1 + the code, at the hash or after it; 0 where none is
	seed  maphash.Seed
}

func newLevels() *levels { return &levels{slots: make([]int32, 16), seed: maphash.MakeSeed()} }

func (l *levels) at(code int32) []byte {
	begin := uint32(0)
	if code > 0 {
		begin = l.ends[code-1]
	}
	return l.text[begin:l.ends[code]]
}

// slot is where a name is, or would be.
func (l *levels) slot(name []byte) int {
	mask := len(l.slots) - 1
	at := int(maphash.Bytes(l.seed, name)) & mask
	for l.slots[at] != 0 && string(l.at(l.slots[at]-1)) != string(name) {
		at = (at + 1) & mask
	}
	return at
}

// code is the number of a name. It reports whether there was room for it: 4 GiB.
func (l *levels) code(name []byte) (code int32, ok bool) {
	at := l.slot(name)
	if c := l.slots[at]; c != 0 {
		return c - 1, true
	}
	if len(l.text)+len(name) > math.MaxUint32 {
		return 0, false
	}
	l.text = append(l.text, name...)
	l.ends = append(l.ends, uint32(len(l.text)))
	n := len(l.ends)
	l.slots[at] = int32(n)
	if n > len(l.slots)/4*3 {
		l.grow()
	}
	return int32(n - 1), true
}

func (l *levels) grow() {
	l.slots = make([]int32, 2*len(l.slots))
	for code := range int32(len(l.ends)) {
		l.slots[l.slot(l.at(code))] = code + 1
	}
}

// sorted lists the names in ascending order and renumbers n codes to go with it.
// The levels are used up.
func (l *levels) sorted(codes *numbers, n int) names {
	l.slots = nil
	order := make([]int32, len(l.ends))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return bytes.Compare(l.at(a), l.at(b)) })
	var text strings.Builder
	text.Grow(len(l.text))
	out := names{ends: make([]uint32, len(order))}
	to := make([]int32, len(order))
	for i, code := range order {
		text.Write(l.at(code))
		out.ends[i] = uint32(text.Len())
		to[code] = int32(i)
	}
	out.text = text.String()
	for i := range n {
		if code := codes.at(i); code != missingCode {
			codes.set(i, float64(to[int(code)]))
		}
	}
	return out
}

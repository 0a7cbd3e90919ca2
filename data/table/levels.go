package table

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// missingCode is the code of a missing category.
const missingCode = -1

// names are the levels of a category, in ascending order.
type names struct {
	*arena
	order []int32 // of each level, the place in the arena
}

func (n names) len() int { return len(n.order) }

func (n names) at(i int) string { return string(n.arena.at(n.order[i])) }

// arena holds texts in blocks, each after its length. A text costs its bytes and
// five more, and none is moved when another comes.
type arena struct {
	blocks [][]byte
	begins [][]uint32 // of each text: block and place in it
	n      int
}

const (
	blockBits = 20 // a block has 1 MiB, or holds one text that has more
	placeBits = 14 // places are kept by 16 Ki
	mostBlock = 1 << (32 - blockBits)
)

func (a *arena) at(i int32) []byte {
	begin := a.begins[i>>placeBits][i&(1<<placeBits-1)]
	from := a.blocks[begin>>blockBits][begin&(1<<blockBits-1):]
	n, size := binary.Uvarint(from)
	return from[size : size+int(n)]
}

// add reports whether there was room for a text: there is for about 4 GiB.
func (a *arena) add(text []byte) bool {
	last := len(a.blocks) - 1
	if need := binary.MaxVarintLen32 + len(text); last < 0 || len(a.blocks[last])+need > cap(a.blocks[last]) {
		if last++; last >= mostBlock {
			return false
		}
		// The first is small: most columns have few names.
		size := 1 << blockBits
		if last == 0 {
			size = 1 << 10
		}
		a.blocks = append(a.blocks, make([]byte, 0, max(size, need)))
	}
	begin := uint32(last<<blockBits | len(a.blocks[last]))
	a.blocks[last] = append(binary.AppendUvarint(a.blocks[last], uint64(len(text))), text...)
	if a.n>>placeBits == len(a.begins) {
		a.begins = append(a.begins, nil)
	}
	a.begins[a.n>>placeBits] = append(a.begins[a.n>>placeBits], begin)
	a.n++
	return true
}

// levels numbers names in the order they come. It is a hash table whose keys lie in
// an arena, since a column may have a name for each row.
type levels struct {
	arena
	slots []int32 // 1 + the code, at the hash or after it; 0 where none is
	seed  maphash.Seed
}

func newLevels() *levels { return &levels{slots: make([]int32, 16), seed: maphash.MakeSeed()} }

// slot is where a name is, or would be.
func (l *levels) slot(name []byte) int {
	mask := len(l.slots) - 1
	at := int(maphash.Bytes(l.seed, name)) & mask
	for l.slots[at] != 0 && string(l.at(l.slots[at]-1)) != string(name) {
		at = (at + 1) & mask
	}
	return at
}

// code is the number of a name. It reports whether there was room for it.
func (l *levels) code(name []byte) (code int32, ok bool) {
	at := l.slot(name)
	if c := l.slots[at]; c != 0 {
		return c - 1, true
	}
	if !l.add(name) {
		return 0, false
	}
	l.slots[at] = int32(l.n)
	if l.n > len(l.slots)/4*3 {
		l.grow()
	}
	return int32(l.n - 1), true
}

func (l *levels) grow() {
	l.slots = make([]int32, 2*len(l.slots))
	for code := range int32(l.n) {
		l.slots[l.slot(l.at(code))] = code + 1
	}
}

// sorted lists the names in ascending order and renumbers n codes to go with it.
// The levels are used up.
func (l *levels) sorted(codes *numbers, n int) names {
	l.slots = nil
	out := names{&l.arena, make([]int32, l.n)}
	for i := range out.order {
		out.order[i] = int32(i)
	}
	slices.SortFunc(out.order, func(a, b int32) int { return bytes.Compare(l.at(a), l.at(b)) })
	to := make([]int32, l.n)
	for i, code := range out.order {
		to[code] = int32(i)
	}
	for i := range n {
		if code := codes.at(i); code != missingCode {
			codes.set(i, float64(to[int(code)]))
		}
	}
	return out
}

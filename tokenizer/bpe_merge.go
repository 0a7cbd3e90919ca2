package tokenizer

import "slices"

// merge is what becomes of a pair.
type merge struct {
	rank uint32 // the lower, the earlier
	id   int32
}

const noMerge = 1<<32 - 1

// pairTable is merges by their pairs: a hash table with linear probing.
type pairTable struct {
	slots []pairSlot
	shift uint
}

type pairSlot struct {
	pair  uint64 // plus 1; 0: empty
	merge merge
}

func newPairTable(n int) pairTable {
	bits := uint(1)
	for 1<<bits < 2*n {
		bits++
	}
	return pairTable{make([]pairSlot, 1<<bits), 64 - bits}
}

func pairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

func (t *pairTable) place(pair uint64) uint64 { return (pair * 0x9e3779b97f4a7c15) >> t.shift }

func (t *pairTable) put(a, b int32, m merge) {
	pair := pairKey(a, b) + 1
	for i := t.place(pair); ; i = (i + 1) & uint64(len(t.slots)-1) {
		if s := &t.slots[i]; s.pair == 0 || s.pair == pair {
			*s = pairSlot{pair, m}
			return
		}
	}
}

// get is the merge of a pair; its rank is noMerge if there is none.
func (t *pairTable) get(a, b int32) merge {
	pair := pairKey(a, b) + 1
	for i := t.place(pair); ; i = (i + 1) & uint64(len(t.slots)-1) {
		switch s := &t.slots[i]; s.pair {
		case pair:
			return s.merge
		case 0:
			return merge{rank: noMerge}
		}
	}
}

// merger merges the symbols of a piece. It keeps its memory from piece to piece.
type merger struct {
	next  []merge // of each symbol with the one after it
	queue []uint64
	left  []int32 // neighbours in a long piece
	right []int32
}

// manySymbols is from where on a queue of the pairs is quicker than looking at all of
// them for each merge.
const manySymbols = 64

// merge does all merges, in place, and returns what is left of the symbols.
func (g *merger) merge(pairs *pairTable, symbols []int32) []int32 {
	n := len(symbols)
	if n < 2 {
		return symbols
	}
	g.next = slices.Grow(g.next[:0], n)[:n]
	for i := range n - 1 {
		g.next[i] = pairs.get(symbols[i], symbols[i+1])
	}
	g.next[n-1] = merge{rank: noMerge}
	if n > manySymbols {
		return g.mergeMany(pairs, symbols)
	}
	next := g.next
	for {
		at, rank := 0, uint32(noMerge)
		for i := range next {
			if r := next[i].rank; r < rank {
				at, rank = i, r
			}
		}
		if rank == noMerge {
			return symbols
		}
		symbols[at] = next[at].id
		symbols = symbols[:at+1+copy(symbols[at+1:], symbols[at+2:])]
		next = next[:at+copy(next[at:], next[at+1:])]
		next[at] = merge{rank: noMerge}
		if at+1 < len(symbols) {
			next[at] = pairs.get(symbols[at], symbols[at+1])
		}
		if at > 0 {
			next[at-1] = pairs.get(symbols[at-1], symbols[at])
		}
	}
}

// mergeMany takes n·log n steps for n symbols, whatever they are.
func (g *merger) mergeMany(pairs *pairTable, symbols []int32) []int32 {
	n := len(symbols)
	next := g.next
	g.left, g.right = slices.Grow(g.left[:0], n)[:n], slices.Grow(g.right[:0], n)[:n]
	queue := g.queue[:0]
	for i := range n {
		g.left[i], g.right[i] = int32(i-1), int32(i+1)
		if next[i].rank != noMerge {
			queue = append(queue, uint64(next[i].rank)<<32|uint64(i))
		}
	}
	slices.Sort(queue) // which is a heap
	const gone = -1
	renew := func(i int32) {
		m := merge{rank: noMerge}
		if r := g.right[i]; int(r) < n {
			m = pairs.get(symbols[i], symbols[r])
		}
		next[i] = m
		if m.rank != noMerge {
			queue = heapPush(queue, uint64(m.rank)<<32|uint64(i))
		}
	}
	for len(queue) > 0 {
		top := queue[0]
		queue = heapPop(queue)
		i := int32(uint32(top))
		if symbols[i] == gone || next[i].rank != uint32(top>>32) {
			continue // merged since
		}
		r := g.right[i]
		symbols[i], symbols[r] = next[i].id, gone
		next[r].rank = noMerge
		g.right[i] = g.right[r]
		if int(g.right[i]) < n {
			g.left[g.right[i]] = i
		}
		renew(i)
		if l := g.left[i]; l >= 0 {
			renew(l)
		}
	}
	g.queue = queue
	if cap(g.queue) > maxKept {
		*g = merger{} // not to be kept for good because of one long piece
	}
	return slices.DeleteFunc(symbols, func(id int32) bool { return id == gone })
}

// maxKept bounds the memory that is kept for the next piece, in symbols.
const maxKept = 1 << 16

// heapPush adds to a heap whose least element is the first. Four children a node:
// fewer levels than with two, and the children of one lie in one cache line or two.
func heapPush(h []uint64, x uint64) []uint64 {
	h = append(h, x)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 4
		if h[up] <= x {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
	return h
}

// heapPop removes the least element.
func heapPop(h []uint64) []uint64 {
	x := h[len(h)-1]
	h = h[:len(h)-1]
	if len(h) == 0 {
		return h
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= len(h) {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, len(h)); c++ {
			if h[c] < h[least] {
				least = c
			}
		}
		if x <= h[least] {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = x
	return h
}

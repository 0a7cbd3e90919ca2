package tokenizer

import "math/bits"

// cache keeps the tokens of pieces: a text has few different ones. It belongs to one
// goroutine at a time.
type cache struct {
	slots []slot
	keys  []byte
	ids   []int32
}

// slot is where the cache has a piece.
type slot struct {
	hash     uint32 // 0: empty
	key, ids uint32 // begin in keys and ids
	length   uint16 // of the key
	n        uint16 // tokens
}

// The sizes make a cache at most 2.5 MB, half of it in use with most texts: the 512 KB
// of the slots stay in a second-level cache. Pieces longer than maxCached are rare
// and do not come again.
const (
	cacheSlots = 1 << 15
	cacheKeys  = 1 << 20
	cacheIDs   = 1 << 18
	maxCached  = 128
	// maxProbes bounds how far from its place a piece may lie. Whoever makes pieces
	// that hash alike makes the cache useless, not slow.
	maxProbes = 4
)

// get finds a piece: its tokens, or the hash to put it in with.
func (c *cache) get(piece string) (ids []int32, hash uint32, ok bool) {
	if len(piece) > maxCached {
		return nil, 0, false
	}
	hash = hashOf(piece)
	if c.slots == nil {
		return nil, hash, false
	}
	for i := range uint32(maxProbes) {
		s := &c.slots[(hash+i)%cacheSlots]
		if s.hash == hash && int(s.length) == len(piece) && string(c.keys[s.key:s.key+uint32(s.length)]) == piece {
			return c.ids[s.ids : s.ids+uint32(s.n)], hash, true
		}
		if s.hash == 0 {
			break
		}
	}
	return nil, hash, false
}

// put keeps the tokens of a piece that get has not found.
func (c *cache) put(piece string, hash uint32, ids []int32) {
	if len(piece) > maxCached {
		return
	}
	if c.slots == nil {
		c.slots = make([]slot, cacheSlots)
	}
	if len(c.keys)+len(piece) > cacheKeys || len(c.ids)+len(ids) > cacheIDs {
		clear(c.slots)
		c.keys, c.ids = c.keys[:0], c.ids[:0]
	}
	at := hash % cacheSlots
	for i := range uint32(maxProbes) {
		if s := (hash + i) % cacheSlots; c.slots[s].hash == 0 {
			at = s
			break
		}
	}
	c.slots[at] = slot{hash, uint32(len(c.keys)), uint32(len(c.ids)), uint16(len(piece)), uint16(len(ids))}
	c.keys = append(c.keys, piece...)
	c.ids = append(c.ids, ids...)
}

// hashOf is a hash of a text, never 0.
func hashOf(s string) uint32 {
	const m1, m2 = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93 // odd, half their bits 1
	h := uint64(len(s)) * m1
	for len(s) >= 8 {
		h = mix(h^load64(s), m1)
		s = s[8:]
	}
	var last uint64
	switch {
	case len(s) >= 4:
		last = uint64(load32(s)) | uint64(load32(s[len(s)-4:]))<<32
	case len(s) > 0:
		last = uint64(s[0]) | uint64(s[len(s)/2])<<8 | uint64(s[len(s)-1])<<16
	}
	h = mix(h^last, m2)
	return uint32(h) | 1<<31
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func load64(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func load32(s string) uint32 {
	_ = s[3]
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

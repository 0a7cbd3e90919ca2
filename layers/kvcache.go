package layers

import (
	"fmt"
	"sync/atomic"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// KVCache keeps the keys and values of one attention layer at the places that one
// sequence has passed, so that a new token costs one place and not all again.
//
// It lies in pages, which [KVCache.Fork] shares: many continuations of one prompt keep
// it once. With a window, pages that no query will see again are given back.
//
// A cache is for one goroutine at a time. Forks are caches of their own.
type KVCache struct {
	be    backend.Backend
	cfg   KVCacheConfig
	pages []*kvPage
	first int // place of the first key of the first page
	n     int // places passed

	keys, values []*tensor.Tensor // scratch for calls
}

// KVCacheConfig says what a cache holds.
type KVCacheConfig struct {
	KVHeads, HeadDim int
	// Capacity is the most places; 0 sets no limit.
	Capacity int
	// Window is how many places a query sees, its own among them; 0 is all. Earlier ones
	// are forgotten.
	Window int
}

// kvPlaces is how many places a page has. Kernels read pages of 128 places where they
// are.
const kvPlaces = 128

// kvPage is memory that several caches may share. None writes to places that another
// has passed.
type kvPage struct {
	refs atomic.Int32
	k, v *tensor.Tensor // [1, kvPlaces, KVHeads, HeadDim], head by head in memory
}

// Bytes is the most memory that a cache of a full context takes, on a backend of 4 bytes
// a number: of Capacity places, or of what a window leaves of them. Places that are
// appended at once count until the next are. It is 0 if there is no limit.
func (c KVCacheConfig) Bytes() int {
	places := c.Capacity
	if c.Window > 0 && (places == 0 || c.Window+kvPlaces < places) {
		places = c.Window + kvPlaces
	}
	return ceilDiv(places, kvPlaces) * kvPlaces * 2 * c.KVHeads * c.HeadDim * 4
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// NewKVCache makes an empty cache on a backend.
//
// Panics if a size is not positive, or a limit negative.
func NewKVCache(be backend.Backend, cfg KVCacheConfig) *KVCache {
	checkSizes("kv cache", cfg.KVHeads, cfg.HeadDim)
	if cfg.Capacity < 0 || cfg.Window < 0 {
		tensor.Fail("kv cache", "capacity and window must not be negative (0 is no limit)", "%d and %d", cfg.Capacity, cfg.Window)
	}
	return &KVCache{be: be, cfg: cfg}
}

// Len is how many places the sequence has passed, and so the place of the next.
func (c *KVCache) Len() int { return c.n }

// Append adds keys and values of the next places. It copies them.
//
// Shape: k and v [1, T, KVHeads, HeadDim].
//
// Panics if sizes differ, or there would be more than Capacity places.
func (c *KVCache) Append(k, v *tensor.Tensor) {
	if k.Rank() != 4 || !k.HasShape(1, k.Dim(1), c.cfg.KVHeads, c.cfg.HeadDim) || !v.HasShape(k.Shape()...) {
		tensor.Fail("kv cache", fmt.Sprintf("needs keys and values [1, places, %d, %d]", c.cfg.KVHeads, c.cfg.HeadDim), "%v and %v", k.Shape(), v.Shape())
	}
	n := k.Dim(1)
	if c.cfg.Capacity > 0 && c.n+n > c.cfg.Capacity {
		tensor.Fail("kv cache", fmt.Sprintf("has room for %s", words.Count(c.cfg.Capacity, "place")), "%d after %d", n, c.n)
	}
	c.forget()
	for done := 0; done < n; {
		at := (c.n - c.first) % kvPlaces
		if c.n-c.first == len(c.pages)*kvPlaces {
			c.pages = append(c.pages, c.newPage())
		}
		page := c.own(len(c.pages)-1, at)
		m := min(n-done, kvPlaces-at)
		copyPlaces(page.k, at, k, done, m)
		copyPlaces(page.v, at, v, done, m)
		done += m
		c.n += m
	}
}

// forget gives back the pages that the query at the next place does not see.
func (c *KVCache) forget() {
	gone := 0
	for c.cfg.Window > 0 && gone < len(c.pages) && c.first+kvPlaces <= c.n-c.cfg.Window+1 {
		c.pages[gone].release()
		c.first += kvPlaces
		gone++
	}
	if gone > 0 {
		left := copy(c.pages, c.pages[gone:])
		clear(c.pages[left:])
		c.pages = c.pages[:left]
	}
}

func (c *KVCache) newPage() *kvPage {
	p := &kvPage{}
	p.refs.Store(1)
	memory := func() *tensor.Tensor {
		byHead := tensor.ZerosOn(c.be, 1, c.cfg.KVHeads, kvPlaces, c.cfg.HeadDim)
		defer byHead.Release()
		return byHead.Transpose(1, 2)
	}
	p.k, p.v = memory(), memory()
	return p
}

// own is page i, for this cache alone to write from place at on.
func (c *KVCache) own(i, at int) *kvPage {
	old := c.pages[i]
	if old.refs.Load() == 1 {
		return old
	}
	p := c.newPage()
	if at > 0 {
		copyPlaces(p.k, 0, old.k, 0, at)
		copyPlaces(p.v, 0, old.v, 0, at)
	}
	old.release()
	c.pages[i] = p
	return p
}

// copyPlaces copies n places of src from one on to dst from place at on. Views outside a
// tape are released, so that a page's memory can go back.
func copyPlaces(dst *tensor.Tensor, at int, src *tensor.Tensor, from, n int) {
	to, part := dst.Narrow(1, at, n), src.Narrow(1, from, n)
	to.Set(part)
	to.Release()
	if part.Tape() == nil {
		part.Release()
	}
}

func (p *kvPage) release() {
	if p.refs.Add(-1) == 0 {
		p.k.Release()
		p.v.Release()
	}
}

// Attend is causal attention of queries at the last places to all before them.
//
// Shape: q [1, T, H, HeadDim], T ≤ Len → [1, T, H, HeadDim].
//
// Panics if sizes differ, or q's tape records: nothing goes back through a cache.
func (c *KVCache) Attend(q *tensor.Tensor, scale float64) *tensor.Tensor {
	if q.Rank() != 4 || q.Dim(1) > c.n-c.first || c.n == c.first {
		tensor.Fail("kv cache", fmt.Sprintf("needs queries [1, from 1 to %d, heads, %d]", c.n-c.first, c.cfg.HeadDim), "%v", q.Shape())
	}
	c.keys, c.values = c.keys[:0], c.values[:0]
	for i, p := range c.pages {
		k, v := p.k, p.v
		if held := c.n - c.first - i*kvPlaces; held < kvPlaces {
			k, v = k.Narrow(1, 0, held), v.Narrow(1, 0, held)
			defer k.Release()
			defer v.Release()
		}
		c.keys, c.values = append(c.keys, k), append(c.values, v)
	}
	return tensor.AttentionPages(q, c.keys, c.values, tensor.AttentionConfig{
		Scale: scale, Causal: true, Window: c.cfg.Window, Offset: c.n - q.Dim(1) - c.first,
	})
}

// Truncate goes back to the first n places.
//
// Panics if n is negative or more than Len, or if the window has forgotten what a query
// at place n would see.
func (c *KVCache) Truncate(n int) {
	if n < 0 || n > c.n {
		tensor.Fail("kv cache", fmt.Sprintf("holds %s", words.Count(c.n, "place")), "%d to keep", n)
	}
	if c.first > 0 && n-c.cfg.Window+1 < c.first {
		tensor.Fail("kv cache", fmt.Sprintf("the window of %d has forgotten what is before place %d", c.cfg.Window, c.first), "%d to keep", n)
	}
	keep := ceilDiv(n-c.first, kvPlaces)
	for i := keep; i < len(c.pages); i++ {
		c.pages[i].release()
		c.pages[i] = nil
	}
	c.pages, c.n = c.pages[:keep], n
}

// Fork is another cache of the same sequence so far. The two share memory and go on
// apart; of a shared page, the part that is needed is copied when one of them writes to
// it.
func (c *KVCache) Fork() *KVCache {
	f := &KVCache{be: c.be, cfg: c.cfg, first: c.first, n: c.n, pages: append([]*kvPage(nil), c.pages...)}
	for _, p := range f.pages {
		p.refs.Add(1)
	}
	return f
}

// Release gives the memory back and leaves the cache empty.
func (c *KVCache) Release() {
	for _, p := range c.pages {
		p.release()
	}
	clear(c.keys)
	clear(c.values)
	c.pages, c.first, c.n = nil, 0, 0
}

// KVCaches are those of all layers of a model, for one sequence.
type KVCaches []*KVCache

// Len is how many places the sequence has passed.
func (c KVCaches) Len() int {
	if len(c) == 0 {
		return 0
	}
	return c[0].Len()
}

// Truncate goes back to the first n places in all layers.
//
// Panics as [KVCache.Truncate] does.
func (c KVCaches) Truncate(n int) {
	for _, layer := range c {
		layer.Truncate(n)
	}
}

// Fork forks the caches of all layers.
func (c KVCaches) Fork() KVCaches {
	f := make(KVCaches, len(c))
	for i, layer := range c {
		f[i] = layer.Fork()
	}
	return f
}

// Release gives back the memory of all layers.
func (c KVCaches) Release() {
	for _, layer := range c {
		layer.Release()
	}
}

package generate

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/org/artnn/tokenizer"
)

// vocabulary is the bytes of a tokenizer's tokens as a tree. A form is asked once
// for each beginning that tokens share.
//
// Reference: the tree of llguidance (Microsoft, 2024).
type vocabulary struct {
	size  int
	nodes []node  // in depth-first order, without the root
	ids   []int32 // of all nodes, one after the other
}

// node is a byte after those above it.
type node struct {
	byte  byte
	depth uint16 // 0 after the root
	skip  int32  // nodes of its subtree, itself included
	ids   int32  // end of its tokens in ids; they begin where the node before ends
}

// longestToken bounds the bytes of tokens that forms use.
const longestToken = math.MaxUint16

// newVocabulary takes the text of each token as it is after a text of others.
// Special tokens and those without text are left out.
func newVocabulary(t tokenizer.Tokenizer, special []int32) *vocabulary {
	type entry struct {
		text string
		id   int32
	}
	v := &vocabulary{size: t.Len()}
	left := make(map[int32]bool, len(special))
	for _, id := range special {
		left[id] = true
	}
	before := int32(0)
	for left[before] && int(before) < t.Len()-1 {
		before++
	}
	entries := make([]entry, 0, t.Len())
	for id := range int32(t.Len()) {
		if left[id] {
			continue
		}
		if text := added(t, before, id); text != "" && len(text) <= longestToken {
			entries = append(entries, entry{text, id})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.id, b.id))
	})
	var path []int32 // nodes above the next one
	last := ""
	for _, e := range entries {
		shared := 0
		for shared < min(len(last), len(e.text)) && last[shared] == e.text[shared] {
			shared++
		}
		v.close(path, shared)
		path = path[:shared]
		for i := shared; i < len(e.text); i++ {
			path = append(path, int32(len(v.nodes)))
			v.nodes = append(v.nodes, node{byte: e.text[i], depth: uint16(i), ids: int32(len(v.ids))})
		}
		v.ids = append(v.ids, e.id)
		v.nodes[path[len(path)-1]].ids = int32(len(v.ids))
		last = e.text
	}
	v.close(path, 0)
	return v
}

// close counts the subtrees of nodes that get no more children.
func (v *vocabulary) close(path []int32, from int) {
	for _, n := range path[from:] {
		v.nodes[n].skip = int32(len(v.nodes)) - n
	}
}

// mask says which tokens are allowed, one bit for each.
type mask []uint64

// exclude makes the logits of all others −Inf.
func (m mask) exclude(logits []float32) {
	none := float32(math.Inf(-1))
	for w, bits := range m {
		switch part := logits[64*w : min(64*w+64, len(logits))]; bits {
		case ^uint64(0):
		case 0:
			for i := range part {
				part[i] = none
			}
		default:
			for i := range part {
				if bits>>i&1 == 0 {
					part[i] = none
				}
			}
		}
	}
}

func (m mask) allow(id int32) { m[id/64] |= 1 << (id % 64) }

func (m mask) forbid(id int32) { m[id/64] &^= 1 << (id % 64) }

func (v *vocabulary) newMask() mask { return make(mask, (v.size+63)/64) }

// allowed are the tokens that do not leave a form after a state.
func (v *vocabulary) allowed(from FormState, path []FormState) (mask, []FormState) {
	m := v.newMask()
	path = append(path[:0], from)
	for i := 0; i < len(v.nodes); {
		n := &v.nodes[i]
		state := path[n.depth].Next(n.byte)
		if state == nil {
			i += int(n.skip)
			continue
		}
		path = append(path[:n.depth+1], state)
		first := int32(0)
		if i > 0 {
			first = v.nodes[i-1].ids
		}
		for _, id := range v.ids[first:n.ids] {
			m.allow(id)
		}
		i++
	}
	return m, path
}

package tokenizer

import "slices"

// trie finds which of many texts begin at a place of another: one step for each byte.
type trie struct {
	nodes  []trieNode
	labels []byte     // of the edge that leads to each node
	root   [256]int32 // children of the root, which has many; 0: none
}

type trieNode struct {
	first int32 // of its children, which lie side by side, ordered by label
	n     int32 // children
	value int32 // of the text that ends here; -1: none
}

// newTrie makes a trie of texts that are not empty, each with a value of at least 0.
func newTrie(values map[string]int32) *trie {
	keys := make([]string, 0, len(values))
	for k := range values {
		if k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	t := &trie{nodes: []trieNode{{value: -1}}, labels: []byte{0}}
	// The texts below each node of the level that is being built.
	type span struct{ node, from, to int }
	level := []span{{0, 0, len(keys)}}
	for depth := 0; len(level) > 0; depth++ {
		var below []span
		for _, s := range level {
			t.nodes[s.node].first = int32(len(t.nodes))
			for from := s.from; from < s.to; {
				label := keys[from][depth]
				to := from + 1
				for to < s.to && keys[to][depth] == label {
					to++
				}
				child := len(t.nodes)
				t.nodes = append(t.nodes, trieNode{value: -1})
				t.labels = append(t.labels, label)
				t.nodes[s.node].n++
				if len(keys[from]) == depth+1 {
					t.nodes[child].value = values[keys[from]]
					from++
				}
				if from < to {
					below = append(below, span{child, from, to})
				}
				from = to
			}
		}
		level = below
	}
	root := t.nodes[0]
	for i := root.first; i < root.first+root.n; i++ {
		t.root[t.labels[i]] = i
	}
	return t
}

// step is the child of a node by a byte, or 0.
func (t *trie) step(node int32, b byte) int32 {
	if node == 0 {
		return t.root[b]
	}
	first, n := t.nodes[node].first, t.nodes[node].n
	for n > 8 {
		half := n / 2
		if t.labels[first+half] <= b {
			first += half
			n -= half
		} else {
			n = half
		}
	}
	for i, l := range t.labels[first : first+n] {
		if l == b {
			return first + int32(i)
		}
	}
	return 0
}

// longest is the value and length of the longest text at the beginning of another;
// length 0 if there is none.
func (t *trie) longest(text string, from int32) (value int32, length int) {
	node := from
	for i := range len(text) {
		if node = t.step(node, text[i]); node == 0 {
			break
		}
		if v := t.nodes[node].value; v >= 0 {
			value, length = v, i+1
		}
	}
	return value, length
}

// walk is the node that a text leads to, or 0.
func (t *trie) walk(text string) int32 {
	node := int32(0)
	for i := range len(text) {
		if node = t.step(node, text[i]); node == 0 {
			return 0
		}
	}
	return node
}

package form

import (
	"errors"
	"fmt"
	"slices"
)

// net is a recursive transition network over bytes: nodes with edges for bytes,
// edges that take nothing, and edges that call a rule and go on where it ends.
type net struct {
	nodes []node
	start int32
	calls bool // there are rules to call
}

// node has the edges of one kind.
type node struct {
	kind kind
	byte []byteEdge // of bytes, ascending
	free []int32    // of free
	rule int32      // of call: where the rule begins
	to   int32      // of call, begin, end
	dead bool       // nothing comes to an end from here
}

type kind uint8

const (
	bytes kind = iota
	free
	call
	ret   // the end of a rule, or of the text
	begin // passed only at the beginning of a text
	end   // passed only at its end
)

type byteEdge struct {
	lo, hi byte
	to     int32
}

// mostNodes bounds the size of a network: some tens of megabytes.
const mostNodes = 1 << 17

var errTooLarge = errors.New("it is too large: use fewer or smaller repetitions")

// expr is a part of a form that can be compiled. in leads to what follows it.
type expr interface {
	compile(b *builder, to int32) int32
}

type (
	sequence []expr
	choice   []expr
	// runes are ranges of characters, pairs of first and last, ascending.
	runes []rune
	// repeat is x so many times; most is −1 for any number.
	repeat struct {
		x           expr
		least, most int
	}
	// call of a rule, by its number.
	ruleCall int
	// edge is the beginning or the end of a text.
	edge kind
)

// builder makes a network, last things first.
type builder struct {
	net
	rules []int32                 // where each begins
	chars map[int32]chars         // by where characters lead
	utf8  map[*rune][][]byteRange // of classes, by where they lie
}

// chars are the nodes that lead to the same place after a part of a character, so
// that equal ones are made once.
type chars map[string]int32

type tooLarge struct{}

// leftRecursion is the error of a rule that calls itself before any character.
type leftRecursion int

func (l leftRecursion) Error() string {
	return fmt.Sprintf("rule number %d: it calls itself before any character", int(l))
}

func (b *builder) add(n node) int32 {
	if len(b.nodes) >= mostNodes {
		panic(tooLarge{})
	}
	b.nodes = append(b.nodes, n)
	return int32(len(b.nodes) - 1)
}

func (s sequence) compile(b *builder, to int32) int32 {
	for _, x := range slices.Backward(s) {
		to = x.compile(b, to)
	}
	return to
}

func (c choice) compile(b *builder, to int32) int32 {
	n := b.add(node{kind: free})
	for _, x := range c {
		in := x.compile(b, to)
		b.nodes[n].free = append(b.nodes[n].free, in)
	}
	return n
}

func (r repeat) compile(b *builder, to int32) int32 {
	if r.most < 0 {
		loop := b.add(node{kind: free})
		in := r.x.compile(b, loop)
		b.nodes[loop].free = []int32{in, to}
		to = loop
	}
	after := to
	for i := max(r.least, r.most); i > 0; i-- {
		to = r.x.compile(b, to)
		if i > r.least {
			to = b.add(node{kind: free, free: []int32{to, after}})
		}
	}
	return to
}

func (c ruleCall) compile(b *builder, to int32) int32 {
	b.calls = true
	return b.add(node{kind: call, rule: b.rules[c], to: to})
}

func (e edge) compile(b *builder, to int32) int32 { return b.add(node{kind: kind(e), to: to}) }

// compile makes the network of rules that call each other, the first of which is
// the form.
//
// Errors: rules that are too large; a form that no text has.
func compile(rules []expr) (n *net, err error) {
	defer func() {
		if e := recover(); e != nil {
			if _, ok := e.(tooLarge); !ok {
				panic(e)
			}
			n, err = nil, errTooLarge
		}
	}()
	b := &builder{chars: map[int32]chars{}, utf8: map[*rune][][]byteRange{}}
	for range rules {
		b.rules = append(b.rules, b.add(node{kind: free}))
	}
	for i, rule := range rules {
		to := b.add(node{kind: ret})
		in := rule.compile(b, to)
		b.nodes[b.rules[i]].free = []int32{in}
	}
	b.start = b.rules[0]
	if b.calls {
		if rule := b.leftRecursion(b.rules); rule >= 0 {
			return nil, leftRecursion(rule)
		}
	}
	b.placeEdges()
	b.bury()
	if b.nodes[b.start].dead {
		return nil, errors.New("no text has this form")
	}
	return &b.net, nil
}

// place is where in a text a node is come to.
type place uint8

const (
	atBegin place = 1 << iota
	atEnd
)

// placeEdges replaces nodes of begin and end, by one copy of the network for each
// place of a text. Only regular expressions have such nodes, and they have one rule.
func (b *builder) placeEdges() {
	if !slices.ContainsFunc(b.nodes, func(n node) bool { return n.kind == begin || n.kind == end }) {
		return
	}
	old := b.nodes
	b.nodes = nil
	type at struct {
		node  int32
		place place
	}
	known := map[at]int32{}
	var todo []at
	visit := func(n int32, p place) int32 {
		key := at{n, p}
		to, ok := known[key]
		if !ok {
			to = b.add(node{})
			known[key] = to
			todo = append(todo, key)
		}
		return to
	}
	b.start = visit(b.start, atBegin)
	for len(todo) > 0 {
		key := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		n := old[key.node]
		made := node{kind: n.kind}
		pass := func(to int32, p place) { made = node{kind: free, free: []int32{visit(to, p)}} }
		switch n.kind {
		case bytes:
			if key.place&atEnd != 0 {
				break // nothing may follow
			}
			for _, e := range n.byte {
				made.byte = append(made.byte, byteEdge{e.lo, e.hi, visit(e.to, 0)})
			}
		case free:
			for _, to := range n.free {
				made.free = append(made.free, visit(to, key.place))
			}
		case begin:
			made.kind = free
			if key.place&atBegin != 0 {
				pass(n.to, key.place)
			}
		case end:
			pass(n.to, key.place|atEnd)
		}
		b.nodes[known[key]] = made
	}
}

// bury marks nodes from which nothing comes to an end.
func (b *builder) bury() {
	for i := range b.nodes {
		b.nodes[i].dead = b.nodes[i].kind != ret
	}
	from := make([][]int32, len(b.nodes)) // nodes that may live once this one does
	for i := range b.nodes {
		b.nodes[i].eachNext(func(to int32) { from[to] = append(from[to], int32(i)) })
	}
	var todo []int32
	for i, n := range b.nodes {
		if !n.dead {
			todo = append(todo, from[i]...)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		n := &b.nodes[i]
		if !n.dead {
			continue
		}
		lives := false
		n.eachNext(func(to int32) { lives = lives || !b.nodes[to].dead })
		if n.kind == call {
			lives = !b.nodes[n.rule].dead && !b.nodes[n.to].dead
		}
		if lives {
			n.dead = false
			todo = append(todo, from[i]...)
		}
	}
}

// eachNext visits the nodes that edges lead to, a called rule's first one too.
func (n *node) eachNext(visit func(int32)) {
	switch n.kind {
	case bytes:
		for _, e := range n.byte {
			visit(e.to)
		}
	case free:
		for _, to := range n.free {
			visit(to)
		}
	case call:
		visit(n.rule)
		visit(n.to)
	case begin, end:
		visit(n.to)
	}
}

// leftRecursion finds a rule that calls itself before any character, which would
// go on for ever, and returns its number, −1 if there is none.
func (b *net) leftRecursion(rules []int32) int {
	empty := b.empty(rules)
	calls := make([][]int32, len(rules)) // rules that each begins with
	number := map[int32]int{}
	for i, in := range rules {
		number[in] = i
	}
	for i, in := range rules {
		seen := map[int32]bool{}
		b.reach(in, empty, seen)
		for n := range seen {
			if b.nodes[n].kind == call {
				calls[i] = append(calls[i], int32(number[b.nodes[n].rule]))
			}
		}
	}
	for i := range rules {
		seen := map[int32]bool{}
		todo := slices.Clone(calls[i])
		for len(todo) > 0 {
			r := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if int(r) == i {
				return i
			}
			if !seen[r] {
				seen[r] = true
				todo = append(todo, calls[r]...)
			}
		}
	}
	return -1
}

// empty are the beginnings of rules that have the empty text.
func (b *net) empty(rules []int32) map[int32]bool {
	empty := map[int32]bool{}
	for changed := true; changed; {
		changed = false
		for _, in := range rules {
			if empty[in] {
				continue
			}
			seen := map[int32]bool{}
			b.reach(in, empty, seen)
			for n := range seen {
				if b.nodes[n].kind == ret {
					empty[in], changed = true, true
				}
			}
		}
	}
	return empty
}

// reach collects the nodes that are come to without a character.
func (b *net) reach(from int32, empty, seen map[int32]bool) {
	todo := []int32{from}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[i] {
			continue
		}
		seen[i] = true
		switch n := &b.nodes[i]; {
		case n.kind == free:
			todo = append(todo, n.free...)
		case n.kind == call && empty[n.rule]:
			todo = append(todo, n.to)
		}
	}
}

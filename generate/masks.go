package generate

import (
	"reflect"
	"slices"
	"sync"

	"github.com/org/artnn/tokenizer"
)

// masks are a form's states as masks of a vocabulary, kept once they are made. It serves one goroutine.
type masks struct {
	form  Form
	start FormState
	v     *vocabulary
	ends  []int32
	kept  map[FormState]maskOf
	path  []FormState // scratch
}

// maskOf is the mask of a state.
type maskOf struct {
	mask
	goes bool // a token that adds text is allowed
}

// mostKept bounds the masks that are kept, in words of 64 tokens: 8 MiB.
const mostKept = 1 << 20

func newMasks(f Form, v *vocabulary, ends []int32) *masks {
	return &masks{form: f, start: f.Start(), v: v, ends: ends, kept: map[FormState]maskOf{}}
}

// of is the mask of a state, which must not be changed.
func (k *masks) of(state FormState) maskOf {
	if m, ok := k.kept[state]; ok {
		return m
	}
	var m maskOf
	m.mask, k.path = k.v.allowed(state, k.path)
	m.goes = slices.ContainsFunc(m.mask, func(bits uint64) bool { return bits != 0 })
	if state.Final() {
		for _, id := range k.ends {
			m.allow(id)
		}
	}
	if (len(k.kept)+1)*len(m.mask) > mostKept {
		clear(k.kept)
	}
	k.kept[state] = m
	return m
}

// vocabularies keeps those of the last few tokenizers: that of 262,144 tokens takes
// a tenth of a second to make.
var vocabularies struct {
	sync.Mutex
	list []keptVocabulary // latest first
}

type keptVocabulary struct {
	t       tokenizer.Tokenizer
	special []int32
	v       *vocabulary
}

// vocabulariesKept is how many there are: a program seldom writes with more
// models in turn.
const vocabulariesKept = 4

// vocabularyOf is that of a tokenizer without special tokens.
func vocabularyOf(t tokenizer.Tokenizer, special []int32) *vocabulary {
	if !reflect.ValueOf(t).Comparable() {
		return newVocabulary(t, special)
	}
	k := &vocabularies
	k.Lock()
	defer k.Unlock()
	i := slices.IndexFunc(k.list, func(e keptVocabulary) bool { return e.t == t && slices.Equal(e.special, special) })
	var e keptVocabulary
	if i >= 0 {
		e = k.list[i]
		k.list = slices.Delete(k.list, i, i+1)
	} else {
		e = keptVocabulary{t, slices.Clone(special), newVocabulary(t, special)}
	}
	k.list = slices.Insert(k.list, 0, e)
	k.list = k.list[:min(len(k.list), vocabulariesKept)]
	return e.v
}

// idle are the masks that no text is written with, for the next text of the same form.
var idle struct {
	sync.Mutex
	list []*masks // latest first
}

// idleKept is how many there are, of some megabytes each.
const idleKept = 4

// takeMasks are masks for one goroutine, to be given back.
func takeMasks(f Form, v *vocabulary, ends []int32) *masks {
	if reflect.ValueOf(f).Comparable() {
		idle.Lock()
		defer idle.Unlock()
		i := slices.IndexFunc(idle.list, func(k *masks) bool {
			return k.v == v && reflect.ValueOf(k.form).Comparable() && k.form == f && slices.Equal(k.ends, ends)
		})
		if i >= 0 {
			k := idle.list[i]
			idle.list = slices.Delete(idle.list, i, i+1)
			return k
		}
	}
	return newMasks(f, v, ends)
}

func (k *masks) giveBack() {
	idle.Lock()
	defer idle.Unlock()
	idle.list = slices.Insert(idle.list, 0, k)
	idle.list = idle.list[:min(len(idle.list), idleKept)]
}

package tokenizer

import (
	"errors"
	"fmt"

	"github.com/org/artnn/format/tokenizerjson"
	"github.com/org/artnn/internal/words"
)

// tokenTable is the tokens of a model and their numbers.
type tokenTable struct {
	ids   tokenizerjson.Vocabulary
	texts []string // by number; "" where there is none
}

// newTokenTable checks that numbers are not so large that a table of them would take
// much more memory than the tokens themselves.
func newTokenTable(ids tokenizerjson.Vocabulary) (tokenTable, error) {
	if len(ids) == 0 {
		return tokenTable{}, errors.New("the vocabulary is empty")
	}
	most := int32(min(8*len(ids)+1<<16, 1<<30))
	last := int32(0)
	for token, id := range ids {
		if id < 0 || id > most {
			return tokenTable{}, fmt.Errorf("token %q has the number %d; with %s, numbers from 0 to %d are supported", token, id, words.Count(len(ids), "token"), most)
		}
		last = max(last, id)
	}
	t := tokenTable{ids, make([]string, last+1)}
	for token, id := range ids {
		if other := t.texts[id]; other != "" {
			return tokenTable{}, fmt.Errorf("%q and %q have the same number %d", min(token, other), max(token, other), id)
		}
		t.texts[id] = token
	}
	return t, nil
}

// id is the number of a token, or -1.
func (t *tokenTable) id(token string) int32 {
	if id, ok := t.ids[token]; ok {
		return id
	}
	return -1
}

func (t *tokenTable) tokens() []string { return t.texts }

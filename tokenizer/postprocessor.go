package tokenizer

import (
	"fmt"

	"github.com/org/artnn/format/tokenizerjson"
)

// surround is the special tokens that go before and after those of a text.
type surround struct{ before, after []int32 }

var postProcessors = newComponents[surround]("post-processor")

func init() {
	postProcessors.add("ByteLevel", func(c tokenizerjson.Component) (surround, error) {
		return surround{}, c.Read(&byteLevelJSON{}) // about places in the text, which are not kept here
	})
	postProcessors.add("BertProcessing", newClsSep)
	postProcessors.add("RobertaProcessing", newClsSep)
	postProcessors.add("TemplateProcessing", newTemplate)
	postProcessors.add("Sequence", func(c tokenizerjson.Component) (surround, error) {
		var f struct {
			plain
			Processors []tokenizerjson.Component `json:"processors"`
		}
		if err := c.Read(&f); err != nil {
			return surround{}, err
		}
		all, err := postProcessors.readAll(f.Processors)
		var s surround
		for _, next := range all {
			s.before = append(append([]int32{}, next.before...), s.before...)
			s.after = append(s.after, next.after...)
		}
		return s, err
	})
}

// named is a token and its number, which files write as a list.
type named []any

func (n named) id() (int32, error) {
	if len(n) == 2 {
		if id, ok := n[1].(float64); ok && id >= 0 && id < 1<<31 && id == float64(int32(id)) {
			return int32(id), nil
		}
	}
	return 0, fmt.Errorf("%v is not a token and its number", []any(n))
}

// newClsSep is BERT's, and RoBERTa's, one token before and one after.
func newClsSep(c tokenizerjson.Component) (surround, error) {
	var f struct {
		plain
		Sep            named `json:"sep"`
		Cls            named `json:"cls"`
		TrimOffsets    bool  `json:"trim_offsets"`
		AddPrefixSpace bool  `json:"add_prefix_space"`
	}
	if err := c.Read(&f); err != nil {
		return surround{}, err
	}
	cls, err := f.Cls.id()
	if err != nil {
		return surround{}, err
	}
	sep, err := f.Sep.id()
	return surround{[]int32{cls}, []int32{sep}}, err
}

// newTemplate reads what a template puts round one text.
func newTemplate(c tokenizerjson.Component) (surround, error) {
	type item struct {
		ID     string `json:"id"`
		TypeID int    `json:"type_id"`
	}
	type piece struct {
		SpecialToken *item `json:"SpecialToken,omitempty"`
		Sequence     *item `json:"Sequence,omitempty"`
	}
	var f struct {
		plain
		Single        []piece `json:"single"`
		Pair          []piece `json:"pair"`
		SpecialTokens map[string]struct {
			ID     string   `json:"id"`
			IDs    []int32  `json:"ids"`
			Tokens []string `json:"tokens"`
		} `json:"special_tokens"`
	}
	var s surround
	if err := c.Read(&f); err != nil {
		return s, err
	}
	texts := 0
	for i, p := range f.Single {
		switch {
		case p.Sequence != nil && p.SpecialToken == nil:
			texts++
		case p.SpecialToken != nil && p.Sequence == nil:
			t, ok := f.SpecialTokens[p.SpecialToken.ID]
			if !ok {
				return s, fmt.Errorf("the special token %q is not among special_tokens", p.SpecialToken.ID)
			}
			if texts == 0 {
				s.before = append(s.before, t.IDs...)
			} else {
				s.after = append(s.after, t.IDs...)
			}
		default:
			return s, fmt.Errorf("piece %d of single is neither a special token nor a sequence", i+1)
		}
	}
	if texts != 1 {
		return s, fmt.Errorf("the template of a single text must have one place for it, not %d", texts)
	}
	return s, nil
}

package tokenizer_test

import (
	"context"
	"fmt"
	"log"

	"github.com/org/artnn/tokenizer"
)

// A tokenizer turns text into numbers and back.
func ExampleNewChars() {
	t, err := tokenizer.NewChars("a cab")
	if err != nil {
		log.Fatal(err)
	}
	ids, err := t.Encode("bac")
	fmt.Println(ids, err, t.Decode(ids))
	_, err = t.Encode("bad")
	fmt.Println(err != nil)
	// Output:
	// [2 1 3] <nil> bac
	// true
}

func ExampleNewWords() {
	t, err := tokenizer.NewWords("to be or not to be", 3)
	if err != nil {
		log.Fatal(err)
	}
	ids, err := t.Encode("to be in time")
	fmt.Println(t.Len(), len(ids), err)
	// Output:
	// 3 4 <nil>
}

// Pairs of tokens that occur often become tokens: of bytes, pieces of words.
func ExampleTrainBPE() {
	texts := tokenizer.Texts("the sea, the seals and the seagulls", "the seals see the seagulls by the sea")
	t, err := tokenizer.TrainBPE(context.Background(), texts, tokenizer.BPETraining{VocabSize: 265})
	if err != nil {
		log.Fatal(err)
	}
	ids, err := t.Encode("the seashore")
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range ids {
		fmt.Printf("%q ", t.Decode([]int32{id}))
	}
	fmt.Println()
	// Output:
	// "the" " sea" "s" "h" "o" "r" "e"
}

// A tokenizer.json holds everything: special tokens, vocabulary, and how a text is
// cut. Its special tokens are found in texts, and may be put round them.
func ExampleLoadHuggingFace() {
	t, err := tokenizer.LoadHuggingFace("testdata/bert.json")
	if err != nil {
		log.Fatal(err)
	}
	ids, err := t.Encode("The old Painter")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.Decode(t.Surround(ids)))
	fmt.Println(t.Text(t.Surround(ids)))
	// Output:
	// [CLS] the old painter [SEP]
	// the old painter
}

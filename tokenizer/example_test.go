package tokenizer_test

import (
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

// Program tiktoken compares GPT-2's tokens with those of tiktoken-go.
//
//	go run . DOCUMENTS GPT2.json
package main

import (
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/tiktoken-go/tokenizer"

	ours "github.com/org/artnn/tokenizer"
)

func main() {
	log.SetFlags(0)
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	p, err := ours.LoadHuggingFace(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	theirs, err := tokenizer.Get(tokenizer.R50kBase)
	if err != nil {
		log.Fatal(err)
	}
	// Left out are texts of a million letters without a space, for which tiktoken-go takes n²
	// steps; DEL, which it loses; and the special token, which is text to its Encode.
	const longest = 20_000
	docs, bytes, tokens, wrong := 0, 0, 0, 0
	for len(data) > 0 {
		n := binary.LittleEndian.Uint32(data)
		text := string(data[4 : 4+n])
		data = data[4+n:]
		if len(text) > longest || strings.ContainsAny(text, "\x7f") || strings.Contains(text, "<|endoftext|>") {
			continue
		}
		got, err := p.Encode(text)
		if err != nil {
			log.Fatal(err)
		}
		ids, _, err := theirs.Encode(text)
		if err != nil {
			log.Fatal(err)
		}
		docs, bytes, tokens = docs+1, bytes+len(text), tokens+len(got)
		if !slices.EqualFunc(got, ids, func(a int32, b uint) bool { return uint(a) == b }) {
			if wrong++; wrong <= 5 {
				log.Printf("%.80q: %v, not %v", text, got[:min(20, len(got))], ids[:min(20, len(ids))])
			}
		}
	}
	fmt.Printf("tiktoken-go: %d documents, %d bytes, %d tokens: %d documents differ\n", docs, bytes, tokens, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}

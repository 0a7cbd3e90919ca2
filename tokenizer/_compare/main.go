// Program _compare encodes documents with a tokenizer.json, for compare.py, which
// holds the tokens against those of Hugging Face's tokenizers.
//
//	go run ./tokenizer/_compare TOKENIZER DOCUMENTS TOKENS   # the tokens, and whether they decode to the text
//	go run ./tokenizer/_compare -time 5 TOKENIZER DOCUMENTS  # seconds of one thread, five times
//	go run ./tokenizer/_compare -train 4000 -cut gpt2 DOCUMENTS OUT  # a tokenizer.json, and seconds
//
// Documents are UTF-8 and tokens int32, each list after its length as a uint32, little
// endian.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"syscall"

	"github.com/org/artnn/tokenizer"
)

func main() {
	log.SetFlags(0)
	times := flag.Int("time", 0, "rounds of a measurement")
	lossy := flag.Bool("lossy", false, "decoding need not give the text")
	size := flag.Int("train", 0, "tokens to train")
	cut := flag.String("cut", "gpt2", "pre-tokenization to train with")
	flag.Parse()
	if *size > 0 {
		train(*size, *cut, flag.Arg(0), flag.Arg(1))
		return
	}
	p, err := tokenizer.LoadHuggingFace(flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	docs := documents(flag.Arg(1))
	if *times > 0 {
		measure(p, docs, *times)
		return
	}
	out, err := os.Create(flag.Arg(2))
	if err != nil {
		log.Fatal(err)
	}
	w := bufio.NewWriter(out)
	wrong := 0
	for i, doc := range docs {
		ids, err := p.Encode(doc)
		if err != nil {
			log.Fatalf("document %d: %v", i, err)
		}
		if err := errors.Join(
			binary.Write(w, binary.LittleEndian, uint32(len(ids))),
			binary.Write(w, binary.LittleEndian, ids)); err != nil {
			log.Fatal(err)
		}
		text := p.Decode(ids)
		if !*lossy && strings.TrimPrefix(text, " ") != strings.TrimPrefix(doc, " ") {
			wrong++
			if wrong < 4 {
				log.Printf("document %d: %.200q decodes to %.200q", i, doc, text)
			}
		}
		if err := errors.Join(
			binary.Write(w, binary.LittleEndian, uint32(len(text))),
			binary.Write(w, binary.LittleEndian, []byte(text))); err != nil {
			log.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), out.Close()); err != nil {
		log.Fatal(err)
	}
	if wrong > 0 {
		log.Fatalf("%d of %d documents do not decode to their text", wrong, len(docs))
	}
}

func documents(path string) (docs []string) {
	f, err := os.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		var n uint32
		err := binary.Read(r, binary.LittleEndian, &n)
		if err == io.EOF {
			return docs
		}
		text := make([]byte, n)
		if err == nil {
			_, err = io.ReadFull(r, text)
		}
		if err != nil {
			log.Fatal(err)
		}
		docs = append(docs, string(text))
	}
}

// measure prints the processor time of each round, in seconds.
func measure(p *tokenizer.Pipeline, docs []string, rounds int) {
	for range rounds {
		begin := processorTime()
		n := 0
		for _, doc := range docs {
			ids, err := p.Encode(doc)
			if err != nil {
				log.Fatal(err)
			}
			n += len(ids)
		}
		fmt.Printf("%.6f %d\n", processorTime()-begin, n)
	}
}

func train(size int, cut, path, out string) {
	docs := documents(path)
	begin := processorTime()
	p, err := tokenizer.TrainBPE(context.Background(), func(yield func(string, error) bool) {
		for _, doc := range docs {
			if !yield(doc, nil) {
				return
			}
		}
	}, tokenizer.BPETraining{VocabSize: size, Cut: cut})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", processorTime()-begin)
	text, err := p.HuggingFace()
	if err == nil {
		err = os.WriteFile(out, text, 0o600)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func processorTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		log.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

package form_test

import (
	"context"
	"fmt"
	"log"
	"slices"
	"strings"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/tokenizer"
)

// A model with random weights keeps the form of a quatrain, if nothing else.
func ExampleNewVerse() {
	chars, err := tokenizer.NewChars(samples.QuatrainsText())
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 8, Hidden: 16})
	if err != nil {
		log.Fatal(err)
	}
	quatrain, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。"})
	if err != nil {
		log.Fatal(err)
	}
	poem, err := model.Generate("\n", 100, generate.Within(quatrain))
	if err != nil {
		log.Fatal(err)
	}
	for _, line := range strings.FieldsFunc(poem, func(c rune) bool { return strings.ContainsRune("，。\n", c) }) {
		fmt.Println(len([]rune(line)), "characters")
	}
	// Output:
	// 7 characters
	// 7 characters
	// 7 characters
	// 7 characters
}

// Lines 1, 2 and 4 end in characters of one group of a table. That of examples/quatrains
// has all groups of classical verse.
func ExampleParseRhymes() {
	writer, err := pretrained.Quatrains()
	if err != nil {
		log.Fatal(err)
	}
	rhyme, err := form.ParseRhymes(`
# Some of the groups, and some of their characters.
一東 東同中風空紅
十一真 真人春塵新身
十五刪 山間還關閑
六麻 花家斜涯沙
`)
	if err != nil {
		log.Fatal(err)
	}
	poem, err := form.NewVerse(form.Verse{
		Pattern:    "7，7。/7，7。",
		Characters: form.Characters(writer.Tokenizer()),
		Rhyme:      rhyme,
	})
	if err != nil {
		log.Fatal(err)
	}
	poems, err := generate.Samples(context.Background(), writer, "\n", 8, 100, generate.Within(poem), generate.Temperature(0.8))
	if err != nil {
		log.Fatal(err)
	}
	rhymed := 0
	for _, p := range poems {
		runes := []rune(p.Text)
		first, second, fourth := rhyme(runes[6]), rhyme(runes[14]), rhyme(runes[31])
		if len(first) == 1 && slices.Equal(first, second) && slices.Equal(first, fourth) {
			rhymed++
		}
	}
	fmt.Println(rhymed, "of", len(poems), "rhyme")
	// Output:
	// 8 of 8 rhyme
}

func ExampleRegexp() {
	date, err := form.Regexp(`\d{4}-(0[1-9]|1[0-2])-\d\d`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(form.Matches(date, "1851-10-18"), form.Matches(date, "1851-13-18"))
	_, err = form.After(date, "1851-13")
	fmt.Println(err)
	// Output:
	// true false
	// form: "1851-13" does not begin as the form does: it leaves it at byte 6, "3"
}

func ExampleGrammar() {
	sonnet, err := form.Grammar(`
root   ::= quatrain{3} couplet
quatrain ::= line{4}
couplet  ::= line{2}
line     ::= [^\n]{1,80} "\n"
`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(form.Matches(sonnet, strings.Repeat("Shall I compare thee to a summer's day?\n", 14)))
	fmt.Println(form.Matches(sonnet, strings.Repeat("Shall I compare thee to a summer's day?\n", 13)))
	// Output:
	// true
	// false
}

func ExampleJSON() {
	chars, err := tokenizer.NewChars(`{"name": "value", "list": [1, 2, 3]}`)
	if err != nil {
		log.Fatal(err)
	}
	model, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 8, Hidden: 16, Seed: 3})
	if err != nil {
		log.Fatal(err)
	}
	text, err := model.Generate(" ", 1000, generate.Within(form.JSON()), generate.Seed(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(form.Matches(form.JSON(), text))
	// Output:
	// true
}

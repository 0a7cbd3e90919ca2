package tokenizer

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// unicodeText is what characters are, as Hugging Face's tokenizers see them, which
// is not quite as package unicode does: their tables are of other versions of
// Unicode, and with other tables some texts would have other tokens.
//
//go:embed unicode.txt
var unicodeText string

// Properties of characters, bits of a table's entries. The first ones are written
// by _make/unicode.py in this order.
const (
	isLetter     = 1 << iota // \p{L}
	isNumber                 // \p{N}
	isSpace                  // \s
	isMark                   // \p{M}
	isUpperish               // \p{Lu}, \p{Lt}, \p{Lm}, \p{Lo}, \p{M}
	isLowerish               // \p{Ll}, \p{Lm}, \p{Lo}, \p{M}
	isNumeric                // a digit to the pre-tokenizer Digits
	isPunct                  // punctuation to BERT
	isControl                // removed by BERT's clean_text
	isAccent                 // removed by BERT's strip_accents
	isCombining              // removed by StripAccents
	isWord                   // \w
	changesByNFC             // NFC may change it or what is beside it
	changesByNFD             // and so on
	changesByNFKC
	changesByNFKD
)

// unicodeTables are the tables of unicodeText.
type unicodeTables struct {
	ascii   [utf8.RuneSelf]uint16
	index   [utf8.MaxRune>>8 + 1]uint16 // of a block of 256 characters
	blocks  []uint16
	lower   map[rune]string
	nfd     map[rune]string
	nfkd    map[rune]string // where it is another than nfd
	class   map[rune]uint8  // combining classes
	compose map[[2]rune]rune
}

// of is the properties of a character.
func (u *unicodeTables) of(r rune) uint16 {
	return u.blocks[int(u.index[r>>8])<<8|int(r&0xff)]
}

// at is the character at text[i:] with its properties and length.
func (u *unicodeTables) at(text string, i int) (props uint16, size int) {
	if c := text[i]; c < utf8.RuneSelf {
		return u.ascii[c], 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	return u.of(r), size
}

// Hangul syllables are composed by arithmetic.
const (
	hangulBase = 0xac00
	hangulL    = 0x1100
	hangulV    = 0x1161
	hangulT    = 0x11a7
	countL     = 19
	countV     = 21
	countT     = 28
	hangulEnd  = hangulBase + countL*countV*countT
)

var tables = sync.OnceValue(func() *unicodeTables {
	u := &unicodeTables{lower: map[rune]string{}, nfd: map[rune]string{}, nfkd: map[rune]string{},
		class: map[rune]uint8{}, compose: map[[2]rune]rune{}}
	props := make([]uint16, utf8.MaxRune+1)
	from, bits := 0, uint16(0)
	upTo := func(end int) {
		if bits != 0 {
			for i := from; i < end; i++ {
				props[i] = bits
			}
		}
	}
	var fields [20]rune
	for line := range strings.Lines(unicodeText) {
		n := 0
		for w := range strings.FieldsSeq(line[1:]) {
			if line[0] == '#' {
				break
			}
			x, err := strconv.ParseUint(w, 16, 32)
			if err != nil {
				panic(fmt.Sprintf("unicode.txt: %v", err))
			}
			fields[n] = rune(x)
			n++
		}
		f := fields[:n]
		switch line[0] {
		case 'p':
			upTo(int(f[0]))
			from, bits = int(f[0]), uint16(f[1])
		case 'l':
			u.lower[f[0]] = string(f[1:])
		case 'd':
			u.nfd[f[0]] = string(f[1:])
		case 'k':
			u.nfkd[f[0]] = string(f[1:])
		case 'c':
			u.class[f[0]] = uint8(f[1])
		case 'n':
			u.compose[[2]rune{f[0], f[1]}] = f[2]
		}
	}
	upTo(len(props))
	u.mark(props)

	// Blocks of 256 characters that are alike are kept once.
	known := map[string]uint16{}
	for i := range u.index {
		block := props[i<<8 : (i+1)<<8]
		key := fmt.Sprint(block)
		at, ok := known[key]
		if !ok {
			at = uint16(len(known))
			known[key] = at
			u.blocks = append(u.blocks, block...)
		}
		u.index[i] = at
	}
	copy(u.ascii[:], props)
	return u
})

// mark says which characters a normalization leaves alone, whatever is beside them.
func (u *unicodeTables) mark(props []uint16) {
	const all = changesByNFC | changesByNFD | changesByNFKC | changesByNFKD
	for r := range u.class {
		props[r] |= all
	}
	for r := range u.nfd {
		props[r] |= changesByNFD | changesByNFKD
		// What composes again is changed by NFC only if marks follow, and these are
		// marked; but not all compose again.
		if string(u.normalize(nil, string(r), false, true)) != string(r) {
			props[r] |= changesByNFC
		}
	}
	for r := range u.nfkd {
		props[r] |= changesByNFKD | changesByNFKC
	}
	for r := range u.nfd {
		if props[r]&changesByNFKC == 0 && string(u.normalize(nil, string(r), true, true)) != string(r) {
			props[r] |= changesByNFKC
		}
	}
	for pair := range u.compose {
		props[pair[1]] |= changesByNFC | changesByNFKC
	}
	for r := hangulV; r < hangulV+countV; r++ {
		props[r] |= changesByNFC | changesByNFKC
	}
	for r := hangulT + 1; r < hangulT+countT; r++ {
		props[r] |= changesByNFC | changesByNFKC
	}
	for r := hangulBase; r < hangulEnd; r++ {
		props[r] |= changesByNFD | changesByNFKD
	}
}

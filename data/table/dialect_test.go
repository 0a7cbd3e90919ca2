package table

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/transform"
)

// style is one of the ways in which people and programs write numbers.
type style struct {
	decimal, thousands string
	before, after      string // of a unit
	brackets           bool   // for what is negative
}

func (s style) write(cents int) string {
	negative := cents < 0
	if negative {
		cents = -cents
	}
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + s.thousands + whole[i:]
	}
	text := s.before + whole + s.decimal + fmt.Sprintf("%02d", cents%100) + s.after
	switch {
	case negative && s.brackets:
		return "(" + text + ")"
	case negative:
		return "-" + text
	}
	return text
}

var styles = map[string]style{
	"program":           {decimal: "."},
	"English":           {decimal: ".", thousands: ","},
	"English, dollars":  {decimal: ".", thousands: ",", before: "$"},
	"accountant":        {decimal: ".", thousands: ",", before: "$", brackets: true},
	"German":            {decimal: ",", thousands: "."},
	"German, euros":     {decimal: ",", thousands: ".", after: " €"},
	"French":            {decimal: ",", thousands: "\u202f"},
	"French, typed":     {decimal: ",", thousands: " ", after: " EUR"},
	"no-break space":    {decimal: ",", thousands: "\u00a0"},
	"Swiss":             {decimal: ".", thousands: "'", before: "CHF "},
	"Swiss, typeset":    {decimal: ".", thousands: "’", before: "Fr. "},
	"per cent":          {decimal: ",", after: " %"},
	"per cent, English": {decimal: ".", after: "%"},
	"yuan":              {decimal: ".", thousands: ",", before: "￥"},
	"yuan after":        {decimal: ".", after: "元"},
}

// order is a way of writing a moment; day, month and year are given as numbers.
type order struct {
	name  string
	write func(y, m, d, h, min, s int) string
}

var dateStyles = []order{
	{"ISO", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%04d-%02d-%02d", y, m, d) }},
	{"ISO with zone", func(y, m, d, h, min, s int) string {
		return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d.250Z", y, m, d, h, min, s)
	}},
	{"SQL", func(y, m, d, h, min, s int) string {
		return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", y, m, d, h, min, s)
	}},
	{"British", func(y, m, d, h, min, _ int) string { return fmt.Sprintf("%02d/%02d/%d %d:%02d", d, m, y, h, min) }},
	{"American", func(y, m, d, h, min, s int) string {
		return fmt.Sprintf("%d/%d/%d %d:%02d:%02d %s", m, d, y, (h+11)%12+1, min, s, []string{"AM", "PM"}[h/12])
	}},
	{"American, short", func(y, m, d, h, min, _ int) string {
		return fmt.Sprintf("%d/%d/%02d %d:%02d%s", m, d, y%100, (h+11)%12+1, min, []string{"am", "pm"}[h/12])
	}},
	{"German", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%d.%d.%d", d, m, y) }},
	{"dashes", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%02d-%02d-%d", d, m, y) }},
	{"name", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%d %s %d", d, months[m-1], y) }},
	{"short name", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%02d-%s-%d", d, months[m-1][:3], y) }},
	{"American name", func(y, m, d, _, _, _ int) string { return fmt.Sprintf("%s %d, %d", months[m-1], d, y) }},
	{"Chinese", func(y, m, d, h, min, _ int) string { return fmt.Sprintf("%d年%d月%d日 %02d:%02d", y, m, d, h, min) }},
	{"offset", func(y, m, d, h, min, _ int) string {
		return fmt.Sprintf("%d/%d/%d %02d:%02d +0000", y, m, d, h, min)
	}},
	{"UTC", func(y, m, d, h, min, s int) string {
		return fmt.Sprintf("%d-%02d-%02d %02d:%02d:%02d UTC", y, m, d, h, min, s)
	}},
}

// writeCSV writes rows as a file.
func writeCSV(rows [][]string, delimiter, end string, quoteAll bool) string {
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteString(delimiter)
			}
			if quoteAll {
				b.WriteString(quote(cell))
			} else {
				b.Write(appendCell(nil, cell, delimiter))
			}
		}
		b.WriteString(end)
	}
	return b.String()
}

// Whatever the dialect, a table reads as the same values, and once again with what
// was learned of it.
func TestEveryDialectReadsTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	names := []string{"oil", "print", "a \"quoted\" one", "with, comma", "two\nlines", "x;y", "Öl", "café"}
	const n = 60
	cents, parts, picks := make([]int, n), make([][6]int, n), make([]int, n)
	for i := range n {
		cents[i] = rng.IntN(2_000_000_000) - 300_000_000
		if i%2 == 0 {
			cents[i] = rng.IntN(100_000)
		}
		parts[i] = [6]int{1990 + rng.IntN(40), 1 + rng.IntN(12), 1 + rng.IntN(28), rng.IntN(24), rng.IntN(60), rng.IntN(60)}
		picks[i] = rng.IntN(len(names))
	}
	encodings := []settled{{utf8Name, nil}, {utf8Name, utf8Mark}, {utf16LEName, utf16LEMark}, {utf16BEName, utf16BEMark}, {utf16LEName, nil}, {chineseName, nil}, {latinName, nil}}
	k, read := 0, 0
	for _, styleName := range slices.Sorted(maps.Keys(styles)) {
		s := styles[styleName]
		for _, date := range dateStyles {
			k++
			delimiter, end := []string{",", ";", "\t", "|"}[k%4], []string{"\n", "\r\n", "\r"}[k%3]
			enc := encodings[k%len(encodings)]
			rows := [][]string{{"price", "when", "kind"}}
			for i := range n {
				p := parts[i]
				rows = append(rows, []string{s.write(cents[i]), date.write(p[0], p[1], p[2], p[3], p[4], p[5]), names[picks[i]]})
			}
			text := writeCSV(rows, delimiter, end, k%2 == 0)
			what := fmt.Sprintf("%s, %s, %q, %q, %s", styleName, date.name, delimiter, end, enc.name)
			var file bytes.Buffer
			file.Write(enc.mark)
			out := copier{enc: enc, to: bufio.NewWriter(&file)}
			if out.text([]byte(text)) != nil {
				continue // it has signs that the encoding lacks
			}
			require.NoError(t, out.to.Flush())
			read++
			o := Options{}
			if delimiter == "|" {
				o.Delimiter = "|"
			}
			if enc.mark == nil && enc.name != utf8Name {
				o.Encoding = enc.name
			}
			check := func(o Options) *Table {
				got, err := ReadCSV(bytes.NewReader(file.Bytes()), o)
				require.NoError(t, err, what)
				price, when, kind := column(t, got, "price"), column(t, got, "when"), column(t, got, "kind")
				require.Equal(t, []Kind{Number, Date, Category}, []Kind{price.Kind, when.Kind, kind.Kind}, what)
				for i := range n {
					require.InDelta(t, float64(cents[i])/100, price.Value(i), 1e-6, what)
					require.Equal(t, names[picks[i]], kind.Text(i), what)
					p, at := parts[i], Time(when.Value(i))
					require.Equal(t, [3]int{p[0], p[1], p[2]}, [3]int{at.Year(), int(at.Month()), at.Day()}, what)
					if strings.Contains(when.Format.Layout, ":04") {
						require.Equal(t, [2]int{p[3], p[4]}, [2]int{at.Hour(), at.Minute()}, what)
					}
				}
				return got
			}
			got := check(o)
			learned := Options{Kinds: map[string]Kind{}, Formats: map[string]Format{}, Dialect: got.Dialect()}
			for _, c := range got.Columns() {
				learned.Kinds[c.Name], learned.Formats[c.Name] = c.Kind, c.Format
			}
			check(learned)
			// A copy has the bytes of the file.
			f, err := NewCSV(bytes.NewReader(file.Bytes()))
			require.NoError(t, err)
			var copied bytes.Buffer
			require.NoError(t, f.CopyWith(&copied, got.Dialect(), Added{}))
			require.Equal(t, file.Bytes(), copied.Bytes(), what)
		}
	}
	assert.Greater(t, read, len(styles)*len(dateStyles)*3/4)
}

// Every byte of Windows-1252 and every pair of GB18030 that can be read is copied
// as it was.
func TestEncodingsComeBack(t *testing.T) {
	var all []byte
	for b := 1; b < 256; b++ {
		if !bytes.Contains([]byte("\x81\x8d\x8f\x90\x9d\"\r\n"), []byte{byte(b)}) { // which it has not
			all = append(all, byte(b))
		}
	}
	assert.True(t, comesBack(t, latinName, append([]byte("a\n"), all...)))
	for lead := 0x81; lead <= 0xfe; lead++ {
		pairs := []byte("a\n")
		for trail := 0x40; trail <= 0xfe; trail++ {
			pair := []byte{byte(lead), byte(trail)}
			text, _, err := transform.Bytes(byName(chineseName).NewDecoder(), pair)
			require.NoError(t, err)
			if !bytes.ContainsRune(text, '\ufffd') {
				pairs = append(pairs, pair...)
			}
		}
		pairs = append(pairs, "\x81\x35\xf4\x37\n"...) // four bytes
		assert.True(t, comesBack(t, chineseName, pairs), "%x", lead)
	}
}

// comesBack reports whether a copy of a file is the same.
func comesBack(t *testing.T, encoding string, file []byte) bool {
	t.Helper()
	f, err := NewCSV(bytes.NewReader(file))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, f.CopyWith(&b, Dialect{Encoding: encoding, Delimiter: "\t"}, Added{}))
	return assert.Equal(t, file, b.Bytes())
}

package table

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What "1,234" and "1.234" are is told by the column, by other columns, or by the
// delimiter, in this order.
func TestDecimalMarkIsToldByTheFile(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want float64 // the first value of x
	}{
		"the column, comma":        {"x;y\n1,234;a\n5,6;b\n", 1.234},
		"the column, point":        {"x;y\n1,234;a\n5.6;b\n", 1234},
		"the column, millions":     {"x;y\n1,234;a\n5,600,000;b\n", 1234},
		"the column, zero":         {"x;y\n1.234;a\n0.234;b\n", 1.234},
		"the column, both marks":   {"x;y\n1.234;a\n1.234,5;b\n", 1234},
		"four digits":              {"x;y\n1.234;a\n1234.567;b\n", 1.234},
		"another column, comma":    {"x;y\n1.234;2,5\n", 1234},
		"another column, point":    {"x;y\n1,234;2.5\n", 1234},
		"comma, quoted":            {"x,y\n\"1,234\",a\n", 1234},
		"comma, point":             {"x,y\n1.234,a\n", 1.234},
		"semicolon, comma":         {"x;y\n1,234;a\n", 1.234},
		"tab, point":               {"x\ty\n1.234\ta\n", 1.234},
		"a column that is no vote": {"x;y\n1,234;5\n", 1.234},
		"India":                    {"x,y\n\"12,34,567.5\",a\n", 1234567.5},
		"spaces and units":         {"x;y\n1 234,5 kr;a\n", 1234.5},
		"minus sign":               {"x;y\n−1 234,5;a\n", -1234.5},
		"sign after the unit":      {"x,y\n$-5,a\n", -5},
		"sign before the unit":     {"x,y\n-€5.5,a\n", -5.5},
	} {
		got := column(t, read(t, c.text, Options{}), "x")
		assert.Equal(t, Number, got.Kind, name)
		assert.Equal(t, c.want, got.Value(0), name)
	}
	for _, text := range []string{"x\ty\n1,234\ta\n", "x;y\n1.234;a\n"} {
		_, err := ReadCSV(strings.NewReader(text), Options{})
		assert.ErrorContains(t, err, `line 2: column "x": the mark in the numbers, such as "1`)
		assert.ErrorContains(t, err, `may be for decimals or for thousands; use Options.Decimal = "." or Options.Decimal = ","`)
		for mark, want := range map[string]float64{".": 1234, ",": 1.234} {
			if strings.Contains(text, ".") {
				want = 1234 * 1.234 / want
			}
			assert.InDelta(t, want, column(t, read(t, text, Options{Decimal: mark}), "x").Value(0), 1e-9)
		}
	}
}

// Values that are nearly numbers are none.
func TestWhatIsNoNumber(t *testing.T) {
	for _, text := range []string{
		"1,23,4", "0,123.5", "1.2.3", "12 34", "1,234,5", "$5€", "5 apples", "--5", "(-5)", "1e5,000", ",", "$", "%", "1 2", "+-1", "5%%",
		"192.168.0.1", "2024-01-01", "12:30", "1'23", "1,234 567",
	} {
		for reading := range readings {
			n, ok := parseNumber([]byte(text), reading)
			assert.False(t, ok, "%q is %v", text, n.value)
		}
	}
	_, ok := parseNumber([]byte("1,2345"), point)
	assert.False(t, ok, "four digits are no group")
	n, ok := parseNumber([]byte("1,2345"), comma)
	assert.True(t, ok)
	assert.Equal(t, 1.2345, n.value)
}

// Units that differ are not compared.
func TestUnits(t *testing.T) {
	assert.Equal(t, []string{"category", "$5", "€6"}, texts(t, read(t, "x;y\n$5;1\n€6;1\n", Options{}), "x"))
	assert.Equal(t, []string{"number", "5", "6"}, texts(t, read(t, "x;y\n$5;1\n6;1\n", Options{}), "x"))
	assert.Equal(t, []string{"number", "5", "0"}, texts(t, read(t, "x;y\n5 %;1\n0;1\n", Options{}), "x"))
	assert.Equal(t, []string{"category", "5 %", "6"}, texts(t, read(t, "x;y\n5 %;1\n6;1\n", Options{}), "x"))
	_, err := ReadCSV(strings.NewReader("x\n"+strings.Repeat("5%\n", 10)+"6\n"), Options{})
	assert.ErrorContains(t, err, `line 12: column "x": "6" is not a number, as 10 of 11 values are`)
}

// Whether a file is in the encoding of another is seen before its text is.
func TestEncodingThatWasLearned(t *testing.T) {
	latin, utf8 := []byte("a;b\ncaf\xe9;1\n"), []byte("a;b\ncafé;1\n")
	_, err := ReadCSV(bytes.NewReader(latin), Options{})
	assert.EqualError(t, err, `line 2: the text is not UTF-8: there is a byte 0xe9 after "caf"; use Options.Encoding = "windows-1252" or Options.Encoding = "gb18030"`)
	learned, err := ReadCSV(bytes.NewReader(latin), Options{Encoding: "windows-1252"})
	require.NoError(t, err)
	assert.Equal(t, []string{"category", "café"}, texts(t, learned, "a"))
	o := Options{Dialect: learned.Dialect()}
	again, err := ReadCSV(bytes.NewReader(latin), o)
	require.NoError(t, err)
	assert.Equal(t, []string{"category", "café"}, texts(t, again, "a"))
	_, err = ReadCSV(bytes.NewReader(utf8), o)
	assert.EqualError(t, err, `the text is UTF-8, and windows-1252 in what was learned from; use Options.Encoding = "utf-8" or Options.Encoding = "windows-1252"`)
	o.Encoding = "utf-8"
	again, err = ReadCSV(bytes.NewReader(utf8), o)
	require.NoError(t, err)
	assert.Equal(t, []string{"category", "café"}, texts(t, again, "a"))
	for name, text := range map[string]string{"gb18030": "a\n\xff\n", "utf-16le": "a\x00\n\x00\x00\xd8\n\x00"} {
		_, err = ReadCSV(strings.NewReader(text), Options{Encoding: name})
		assert.ErrorContains(t, err, "line 2: the text is not "+name)
	}
	_, err = ReadCSV(bytes.NewReader(latin), Options{Encoding: "latin"})
	assert.ErrorContains(t, err, `encoding "latin": use one of utf-8, utf-16, utf-16le, utf-16be, windows-1252, gb18030`)
}

// Values are held in as few bytes as the widest needs, and come back as they were.
func TestNumbersWiden(t *testing.T) {
	values := []float64{1, nan, -127, 128, -32767, 40000, 1 << 24, 1<<24 + 1, -1 << 31, 0.5, 0.1, 1e300, nan}
	for n := range values {
		c := Numbers("x", values[:n+1]...)
		for i, v := range values[:n+1] {
			if v != v {
				assert.True(t, c.Missing(i))
			} else {
				assert.Equal(t, v, c.Value(i), fmt.Sprint(n))
			}
		}
	}
}

// Layouts and orders that make no sense are refused.
func TestDatesThatMakeNoSense(t *testing.T) {
	for _, text := range []string{"", "d/m/y", "soon", "02", "Jan"} {
		assert.ErrorContains(t, Options{Dates: []string{text}}.Check(), "date layout", text)
	}
	for text, want := range map[string]string{"dmy": "dmy", "2/1/2006": "dmy", "Jan 2, 2006": "mdy", "20060102": "ymd", "2006-1": "ym", "06.01.02": "ymd"} {
		order, err := dateOrder(text)
		assert.NoError(t, err)
		assert.Equal(t, want, order, text)
	}
}

// A column that is not there is there in another reading of the first line, and that
// is said.
func TestMissingColumnNamesTheReading(t *testing.T) {
	for text, want := range map[string]string{
		"a|price\n1|2\n": `no column "price"; there are "a|price"; use Options.Delimiter = "|"`,
		"price : a\n1\n": `no column "price"; there are "price : a"; use Options.Delimiter = ":"`,
		"a-price\n1\n":   `no column "price"; there are "a-price"`,
		"a|prices\n1\n":  `no column "price"; there are "a|prices"`,
		"a price\n1\n":   `no column "price"; there are "a price"`,
	} {
		_, err := ReadCSV(strings.NewReader(text), Options{Skip: []string{"price"}})
		assert.EqualError(t, err, want)
		read, err := ReadCSV(strings.NewReader(text), Options{})
		require.NoError(t, err)
		_, err = read.Column("price")
		assert.EqualError(t, err, want)
	}

	learned := Options{Only: []string{"颜色"}, Dialect: Dialect{Encoding: "gb18030"}}
	_, err := ReadCSV(strings.NewReader("颜色,数\n红,1\n"), learned)
	assert.ErrorContains(t, err, `use Options.Encoding = "utf-8"`)
	_, err = ReadCSV(strings.NewReader("a,b\n1,1\n"), learned)
	require.ErrorContains(t, err, "no column")
	assert.NotContains(t, err.Error(), "Encoding")
}

func TestDatesOfDigits(t *testing.T) {
	read := func(text string, dates ...string) error {
		_, err := ReadCSV(strings.NewReader(text), Options{Kinds: map[string]Kind{"when": Date}, Dates: dates})
		return err
	}
	text := "when,a\n20210701,1\n20211231,2\n"
	assert.ErrorContains(t, read(text), `use Options.Dates = "20060102" or `)
	assert.NoError(t, read(text, "20060102"))
	assert.ErrorContains(t, read("when,a\n20211301,1\n"), `use Options.Dates or `)
}

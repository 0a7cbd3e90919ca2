package table

import (
	"bytes"
	"encoding/csv"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the bytes, reading ends in an error of one line or in a whole table
// that says the same when it is written and read again.
func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,x\n", "a;b\n2024-02-29;\"x\n\"\"y\"\n", "a\tb\n\t\n", "a,a\n", ",\n", "a\n\"", "a\nNA\n-\n", "a,b\n1\n",
		"\ufeffa\r\n1e999\r\n", "a\n3/4/2024\n", "a\n0x1p-2\n", "年,月\n2024年2月29日,1\n", "\"a\nb\"\n1\n", "a\n0000-01-01\n9999-12-31\n",
	} {
		f.Add([]byte(s), uint8(0))
	}
	for i := range Encodings() {
		f.Add([]byte("a;b\n1.234,5 \x80;3/14/2024 9:05 pm\n"), uint8(i))
	}
	f.Add([]byte("\xff\xfea\x00\n\x00(\x001\x00)\x00"), uint8(0))
	f.Fuzz(func(t *testing.T, file []byte, encoding uint8) {
		o := Options{}
		if encoding > 0 {
			o.Encoding = Encodings()[int(encoding)%len(Encodings())]
		}
		got, err := ReadCSV(bytes.NewReader(file), o)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		whole, err := NewCSV(bytes.NewReader(file))
		require.NoError(t, err)
		var same bytes.Buffer
		d := got.Dialect()
		d.Encoding = o.Encoding
		require.NoError(t, whole.CopyWith(&same, d, Added{}))
		require.Equal(t, file, same.Bytes())
		_, err = New(got.Columns()...)
		require.NoError(t, err, "it would be a table if a program made it")
		assert.Equal(t, len(got.Columns()), strings.Count(got.String(), "\n"))
		kinds := map[string]Kind{}
		var b strings.Builder
		for i, c := range got.Columns() {
			kinds[c.Name] = c.Kind
			require.Equal(t, got.Len(), c.Len())
			b.WriteString(strings.Repeat(",", min(i, 1)) + quote(c.Name))
			for _, v := range c.Values() {
				require.False(t, math.IsInf(v, 0))
			}
		}
		for row := range got.Len() {
			b.WriteString("\n")
			for i, c := range got.Columns() {
				b.WriteString(strings.Repeat(",", min(i, 1)) + quote(c.Text(row)))
			}
		}
		b.WriteString("\n")
		again, err := ReadCSV(strings.NewReader(b.String()), Options{
			Kinds: kinds, Delimiter: ",", Missing: []string{""}, Dates: []string{"2006-01-02", "2006-01-02T15:04:05.999999Z"},
		})
		if err != nil && strings.Contains(err.Error(), "is not a date as") {
			return // days and moments in one column are written in two ways
		}
		require.NoError(t, err, "%q", &b)
		for i, c := range again.Columns() {
			for row := range got.Len() {
				require.Equal(t, got.columns[i].Text(row), c.Text(row))
			}
		}
	})
}

// What encoding/csv reads is read the same, by any length of what is read at a time.
func FuzzScan(f *testing.F) {
	for _, s := range []string{"a,b\n1,\"x\"\"\ny\"\r\n", "a\n\n\"\"\n", " \"a\", b \n", "\"a\nb\"", "a\rb"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, text string, step uint8) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r") {
			return // lone \r ends a line here
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
		want, err := r.ReadAll()
		if err != nil {
			return
		}
		s := newScanner(&slowly{text, 1 + int(step)}, settled{name: utf8Name}, ",", maxColumns)
		for _, record := range want {
			require.NoError(t, s.next())
			require.Equal(t, len(record), s.fields())
			for i, field := range record {
				require.Equal(t, strings.TrimSpace(field), string(s.field(i)))
			}
		}
		require.Equal(t, io.EOF, s.next())
	})
}

// slowly reads a few bytes at a time.
type slowly struct {
	rest string
	step int
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.rest == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.step)], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// A text is one number at most, and what is written of it is read as the same.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,234.50", "1.234,50 €", "(5)", "-$3", "12 %", "1e5", "00", "1'234", "0.1.2", "--1", "$", "€5€", "1 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for reading := range readings {
			n, ok := parseNumber([]byte(strings.TrimSpace(text)), reading)
			if !ok {
				continue
			}
			require.False(t, math.IsNaN(n.value) || math.IsInf(n.value, 0))
			again, ok := parseNumber(strconv.AppendFloat(nil, n.value, 'g', -1, 64), point)
			require.True(t, ok)
			require.Equal(t, n.value, again.value)
			require.LessOrEqual(t, len(n.unit), 16)
		}
	})
}

func quote(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

package table

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t testing.TB, text string, o Options) *Table {
	t.Helper()
	got, err := ReadCSV(strings.NewReader(text), o)
	require.NoError(t, err)
	return got
}

// texts is a column as texts, and its kind before them.
func texts(t testing.TB, from *Table, name string) []string {
	t.Helper()
	c, err := from.Column(name)
	require.NoError(t, err)
	out := []string{string(c.Kind)}
	for i := range c.Len() {
		out = append(out, c.Text(i))
	}
	return out
}

func TestReadCSV(t *testing.T) {
	got := read(t, `artist,price,medium,height,sold,signed
"Li, Q.",1200,oil,50.5,2006-01-02,yes
Anna,NA,"print
on ""paper""",30,2007-11-30,no

  Bo , -9.5e2 ,oil,,2010-5-6,yes
`, Options{})
	assert.Equal(t, 3, got.Len())
	for name, want := range map[string][]string{
		"artist": {"category", "Li, Q.", "Anna", "Bo"},
		"price":  {"number", "1200", "", "-950"},
		"medium": {"category", "oil", "print\non \"paper\"", "oil"},
		"height": {"number", "50.5", "30", ""},
		"sold":   {"date", "2006-01-02", "2007-11-30", "2010-05-06"},
		"signed": {"category", "yes", "no", "yes"},
	} {
		assert.Equal(t, want, texts(t, got, name))
	}
	medium, err := got.Column("medium")
	require.NoError(t, err)
	assert.Equal(t, []string{"oil", "print\non \"paper\""}, medium.Levels())
	assert.Equal(t, []int{0, 1, 0}, []int{medium.Code(0), medium.Code(1), medium.Code(2)})
	assert.Equal(t, `3 rows
  artist  category  3 levels: Anna, Bo, Li, Q.
  price   number    -950 to 1200, mean 125; 1 missing
  medium  category  2 levels: oil, print on "paper"
  height  number    30 to 50.5, mean 40.25; 1 missing
  sold    date      2006-01-02 to 2010-05-06
  signed  category  2 levels: no, yes`, got.String())
}

func TestKindsAreFoundOut(t *testing.T) {
	for name, c := range map[string]struct {
		values string // separated by bars
		want   []string
	}{
		"numbers":             {"1|+2.5|-.5|1e3|007", []string{"number", "1", "2.5", "-0.5", "1000", "7"}},
		"identifiers":         {"1|25|007", []string{"category", "1", "25", "007"}},
		"above 2⁵³":           {"1|9007199254740993", []string{"category", "1", "9007199254740993"}},
		"2⁵³":                 {"1|9007199254740992", []string{"number", "1", "9.007199254740992e+15"}},
		"a comma and three":   {"1,234|2,000", []string{"number", "1.234", "2"}},
		"percent":             {"12%|13 %", []string{"number", "12", "13"}},
		"currency":            {"$5|€6", []string{"category", "$5", "€6"}},
		"what Go reads too":   {"0x10|1_000", []string{"category", "0x10", "1_000"}},
		"infinity":            {"Inf|-inf", []string{"category", "Inf", "-inf"}},
		"too large":           {"1e999|2e999", []string{"category", "1e999", "2e999"}},
		"a third are words":   {"1|2|many", []string{"category", "1", "2", "many"}},
		"missing of all ways": {"1||NA|n/a|#N/A|NaN|null|NULL|-|–|—|?", []string{"number", "1", "", "", "", "", "", "", "", "", "", "", ""}},
		"all missing":         {"|NA", []string{"number", "", ""}},
		"ISO":                 {"2024-02-29|0999-12-31|NA", []string{"date", "2024-02-29", "0999-12-31", ""}},
		"ISO with time":       {"2024-02-29T12:00:00Z|2024-02-29T00:30:00.5+01:00", []string{"date", "2024-02-29T12:00:00Z", "2024-02-28T23:30:00.5Z"}},
		"SQL":                 {"2024-02-29 06:00:00|2024-03-01 00:00:00", []string{"date", "2024-02-29T06:00:00Z", "2024-03-01"}},
		"month":               {"2024-02|2024-11", []string{"date", "2024-02-01", "2024-11-01"}},
		"German":              {"29.2.2024|01.03.2024", []string{"date", "2024-02-29", "2024-03-01"}},
		"Chinese":             {"2024年2月29日|2024年03月01日", []string{"date", "2024-02-29", "2024-03-01"}},
		"words":               {"29 Feb 2024|1 mar 2024", []string{"date", "2024-02-29", "2024-03-01"}},
		"American words":      {"February 29, 2024|March 1, 2024", []string{"date", "2024-02-29", "2024-03-01"}},
		"American, no comma":  {"Feb 29 2024|Mar 1 2024", []string{"date", "2024-02-29", "2024-03-01"}},
		"day first":           {"3/4/2024|29/2/2024", []string{"date", "2024-04-03", "2024-02-29"}},
		"month first":         {"3/4/2024|2/29/2024", []string{"date", "2024-03-04", "2024-02-29"}},
		"late decision":       {"3/4/2024|5/6/2024|7/8/2024|2/29/2024|3/4/2024", []string{"date", "2024-03-04", "2024-05-06", "2024-07-08", "2024-02-29", "2024-03-04"}},
		"no such day":         {"2023-02-29|2023-02-28", []string{"category", "2023-02-29", "2023-02-28"}},
		"years":               {"1999|2001", []string{"number", "1999", "2001"}},
		"two ways":            {"2024-02-29|1.3.2024", []string{"category", "2024-02-29", "1.3.2024"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := "row;x\n1;" + strings.ReplaceAll(c.values, "|", "\n1;") + "\n"
			assert.Equal(t, c.want, texts(t, read(t, text, Options{}), "x"))
		})
	}
}

func TestOptions(t *testing.T) {
	text := "id,code,sold,size\n1,01234,3/4/2024,12\n2,98765,5/6/2024,none\n"
	got := read(t, text, Options{
		Kinds: map[string]Kind{"code": Category}, Skip: []string{"id"},
		Missing: []string{"None"}, Dates: []string{"2/1/2006"},
	})
	assert.Equal(t, []string{"code", "sold", "size"}, got.names())
	assert.Equal(t, []string{"category", "01234", "98765"}, texts(t, got, "code"))
	assert.Equal(t, []string{"date", "2024-04-03", "2024-06-05"}, texts(t, got, "sold"))
	assert.Equal(t, []string{"number", "12", ""}, texts(t, got, "size"))

	got = read(t, text, Options{Skip: []string{"sold"}})
	assert.Equal(t, []string{"category", "12", "none"}, texts(t, got, "size"), "a value that stands for missing only where the options say so")
	got = read(t, "day,x\n20240229,1\n20240301,2\n", Options{Kinds: map[string]Kind{"day": Date}, Dates: []string{"20060102"}})
	assert.Equal(t, []string{"date", "2024-02-29", "2024-03-01"}, texts(t, got, "day"))
	got = read(t, "day,x\n2024-01-02,1\n2024-03-04,2\n", Options{Dates: []string{"2006-2-1"}})
	assert.Equal(t, []string{"date", "2024-02-01", "2024-04-03"}, texts(t, got, "day"))
	got = read(t, "day,x\n2024-01-02,1\n2024-03-14,2\n2024-05-06,3\n", Options{Dates: []string{"2006-2-1"}})
	assert.Equal(t, []string{"date", "2024-01-02", "2024-03-14", "2024-05-06"}, texts(t, got, "day"), "one that fits all goes before one that fits most")
	got = read(t, "day,x\n,1\nNA,2\n", Options{Kinds: map[string]Kind{"day": Date}})
	assert.Equal(t, []string{"date", "", ""}, texts(t, got, "day"))
}

func TestSeparators(t *testing.T) {
	for name, text := range map[string]string{
		"comma": "a,b\n1,x y\n", "semicolon": "a;b\n1;x y\n", "tab": "a\tb\n1\tx y\n",
		"within quotes": "\"a\";\"b\"\n1;\"x y\"\n", "blank lines first": "\n\na;b\n1;x y\n",
		"mark and old Mac line ends": "\ufeffa,b\r1,x y\r", "Windows": "a,b\r\n1,x y\r\n",
		"space before quotes": "a, \"b\"\n1, \"x y\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, text, Options{})
			assert.Equal(t, []string{"number", "1"}, texts(t, got, "a"))
			assert.Equal(t, []string{"category", "x y"}, texts(t, got, "b"))
		})
	}
	got := read(t, "a\tb\n\t2\n", Options{}) // an empty field at the start of a line
	assert.Equal(t, []string{"number", ""}, texts(t, got, "a"))
	got = read(t, "a,b|c\n1|2\n", Options{Delimiter: "|"})
	assert.Equal(t, []string{"number", "1"}, texts(t, got, "a,b"))
}

func TestReadCSVErrors(t *testing.T) {
	ten := "x\n" + strings.Repeat("5\n", 9)
	for name, c := range map[string]struct {
		text string
		o    Options
		want string
	}{
		"empty":             {"", Options{}, "no text: the file is empty"},
		"white space":       {" \n", Options{}, "no text"},
		"UTF-16":            {"a\x00\n\x00", Options{}, `line 1: a zero byte: this is no text, or it is UTF-16 without a mark; use Options.Encoding = "utf-16le"`},
		"not UTF-8":         {"a,b\n1,\xc3\xf7\n", Options{}, `line 2: the text is not UTF-8: there is a byte 0xc3 after "1"; use Options.Encoding = "windows-1252" or Options.Encoding = "gb18030"`},
		"zero byte":         {"a,b\n1,\x00\n", Options{}, "line 2: a zero byte"},
		"no rows":           {"a,b\n", Options{}, "there are names of columns, but no rows"},
		"no name":           {"a,,c\n1,2,3\n", Options{}, "line 1: column 2 has no name"},
		"blank name":        {"\na, \n1,2\n", Options{}, "line 2: column 2 has no name"},
		"the same name":     {"a,b, a\n1,2,3\n", Options{}, `line 1: columns 1 and 3 are both named "a"`},
		"short row":         {"a,b\n1,2\n\n3\n", Options{}, "line 4: 1 field, but 2 columns have a name"},
		"long row":          {"a,b\n\"x\ny\",2\n3,4,5\n", Options{}, `line 4: more fields than there are columns, 2; a field with a "," in it must be in quotes`},
		"stray quote":       {"a,b\n1,5\" high\n", Options{}, "line 2: a quote inside a field without quotes, after \"5\""},
		"quote goes on":     {"a,b\n1,\"x\" y\n", Options{}, "line 2: 'y' after a field in quotes, \"x\": write each quote inside twice"},
		"quote never ends":  {"a,b\n1,\"x\n2,y\n", Options{}, "line 2: a field in quotes that begins in this line does not end: close it"},
		"no number":         {"a,price\n\"x\ny\",1\nz,\"12,3x\"\n", Options{Kinds: map[string]Kind{"price": Number}}, `line 4: column "price": "12,3x" is not a number; numbers are written like 1234.5`},
		"nearly numbers":    {ten + "5O\n", Options{}, `line 11: column "x": "5O" is not a number, as 9 of 10 values are: mend it, or say what it is; use Options.Missing = "5O" or Options.Kinds["x"] = "category"`},
		"nearly dates":      {strings.ReplaceAll(ten, "5", "2024-05-05") + "soon\n", Options{}, `line 11: column "x": "soon" is not a date as "2006-1-2", as 9 of 10 values are`},
		"no date":           {"a,sold\n1,soon\n", Options{Kinds: map[string]Kind{"sold": Date}}, `line 2: column "sold": "soon" is not a date in a layout that is known; use Options.Dates or Options.Kinds["sold"] = "category"`},
		"another layout":    {"a,sold\n1,2024-01-01\n2,1.1.2024\n2,2024-01-02\n", Options{Kinds: map[string]Kind{"sold": Date}}, `line 3: column "sold": "1.1.2024" is not a date as "2006-1-2", which 2 of 3 values are`},
		"April or March":    {"a,sold\n1,3/4/2024\n", Options{}, `line 2: column "sold": the dates, such as "3/4/2024", may mean other days: 2/1/2006 and 1/2/2006 can be read in every value; use Options.Dates = "dmy" or Options.Dates = "mdy"`},
		"long value":        {"a,b\n" + strings.Repeat("猫", 100) + ",1\n", Options{Kinds: map[string]Kind{"a": Number}}, `"` + strings.Repeat("猫", 10) + `…" is not a number`},
		"kind of no column": {"a,b\n1,2\n", Options{Kinds: map[string]Kind{"c": Number}}, `no column "c"; there are "a", "b"`},
		"skip no column":    {"a,b\n1,2\n", Options{Skip: []string{"c"}}, `no column "c"; there are "a", "b"`},
		"skip all":          {"a,b\n1,2\n", Options{Skip: []string{"b", "a"}}, "every column is to be left out"},
		"no kind":           {"a,b\n1,2\n", Options{Kinds: map[string]Kind{"a": "numeric"}}, `column "a": kind "numeric": use number, category or date`},
		"no separator":      {"a,b\n1,2\n", Options{Delimiter: `"`}, `delimiter "\"": use one character, neither a quote nor a line end`},
		"many columns":      {strings.Repeat("x,", 1<<14) + "x\n", Options{}, "line 1: more columns than the limit of 16384"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadCSV(strings.NewReader(c.text), c.o)
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, got)
			if err != nil {
				assert.NotContains(t, err.Error(), "\n")
			}
		})
	}
	broken := errors.New("disk gone")
	_, err := ReadCSV(iotest.ErrReader(broken), Options{})
	assert.ErrorIs(t, err, broken)
}

func TestLoadCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sales.csv")
	require.NoError(t, os.WriteFile(path, []byte("a,b\n1,2\n"), 0o644))
	got, err := LoadCSV(path, Options{})
	require.NoError(t, err)
	assert.Equal(t, 1, got.Len())
	_, err = LoadCSV(path, Options{Kinds: map[string]Kind{"b": Date}})
	assert.ErrorContains(t, err, path+`: line 2: column "b": "2" is not a date`)
	_, err = LoadCSV(path+"x", Options{})
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, path+"x")
}

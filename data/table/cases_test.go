package table

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func load(t testing.TB, name string, o Options) *Table {
	t.Helper()
	made, err := LoadCSV(filepath.Join("testdata", name), o)
	require.NoError(t, err)
	return made
}

func column(t testing.TB, from *Table, name string) Column {
	t.Helper()
	c, err := from.Column(name)
	require.NoError(t, err)
	return c
}

// The same table reads the same with decimal commas, semicolons and German names.
func TestDecimalComma(t *testing.T) {
	want, got := load(t, "decimal-point.csv", Options{}), load(t, "decimal-comma.csv", Options{})
	for german, english := range map[string]string{"flaeche": "area", "preis": "price"} {
		c := column(t, got, german)
		assert.Equal(t, Number, c.Kind)
		assert.Equal(t, ",", c.Format.Decimal)
		assert.Equal(t, column(t, want, english).Values(), c.Values())
	}
	assert.Equal(t, texts(t, want, "site"), texts(t, got, "lage"))
	assert.Equal(t, ";", got.Dialect().Delimiter)
}

func TestThousands(t *testing.T) {
	got := column(t, load(t, "thousands.csv", Options{}), "area")
	want := column(t, load(t, "decimal-point.csv", Options{}), "area")
	require.Equal(t, Number, got.Kind)
	for i := range want.Len() {
		assert.InDelta(t, 100*want.Value(i), got.Value(i), 1e-9)
	}
}

func TestTimestampsOfTheUS(t *testing.T) {
	want, got := column(t, load(t, "iso-timestamps.csv", Options{}), "when"), column(t, load(t, "us-timestamps.csv", Options{}), "when")
	require.Equal(t, Date, got.Kind)
	assert.Equal(t, "1/2/2006 15:04", got.Format.Layout)
	assert.Equal(t, want.Values(), got.Values())
}

// What was learned of one file settles what another leaves open.
func TestLearnedLayout(t *testing.T) {
	learned := load(t, "month-first.csv", Options{})
	o := Options{
		Only: []string{"when"}, Kinds: map[string]Kind{"when": Date},
		Formats: map[string]Format{"when": column(t, learned, "when").Format}, Dialect: learned.Dialect(),
	}
	assert.Equal(t, []string{"date", "2021-01-02", "2021-12-02"}, texts(t, load(t, "month-first-ambiguous.csv", o), "when"))
	_, err := LoadCSV("testdata/month-first-ambiguous.csv", Options{})
	assert.ErrorContains(t, err, `testdata/month-first-ambiguous.csv: line 2: column "when": the dates, such as "1/2/2021", may mean other days`)
	assert.ErrorContains(t, err, `use Options.Dates = "dmy" or Options.Dates = "mdy"`)
	assert.Equal(t, []string{"date", "2021-02-01", "2021-02-12"}, texts(t, load(t, "month-first-ambiguous.csv", Options{Dates: []string{"dmy"}}), "when"))

	contradicts := "when\n1/2/2021\n13/2/2021\n"
	_, err = ReadCSV(strings.NewReader(contradicts), o)
	assert.EqualError(t, err, `line 3: column "when": "13/2/2021" is not a date as "1/2/2006", which was learned and 1 of 2 values are; use Options.Dates = "dmy"`)
	o.Dates = []string{"dmy"}
	assert.Equal(t, []string{"date", "2021-02-01", "2021-02-13"}, texts(t, read(t, contradicts, o), "when"))
	o.Dates = nil
	assert.Equal(t, []string{"date", "2021-02-01T09:30:05Z"}, texts(t, read(t, "when\n2/1/2021 9:30:05 AM\n", o), "when"), "the order is what is kept")
	_, err = ReadCSV(strings.NewReader("when\n2021-03-04\n"), o)
	assert.EqualError(t, err, `line 2: column "when": "2021-03-04" is not a date as "1/2/2006", which was learned; use Options.Dates = "ymd"`)
}

func TestClassNamedNA(t *testing.T) {
	for name, o := range map[string]Options{
		"declared": {Kinds: map[string]Kind{"region": Category}},
		"given":    {Missing: []string{"?"}},
	} {
		c := column(t, load(t, "class-na.csv", o), "region")
		assert.Zero(t, c.CountMissing(), name)
		assert.Equal(t, []string{"AS", "EU", "NA"}, c.Levels(), name)
	}
	assert.Equal(t, []string{"AS", "EU"}, column(t, load(t, "class-na.csv", Options{}), "region").Levels())
}

func TestIdentifiers(t *testing.T) {
	got := load(t, "ids-predict.csv", Options{})
	for name, want := range map[string][]string{
		"id":        {"category", "9007199254740993", "12345678901234567890", "0000000042"},
		"code":      {"category", "00123", "00456", "007"},
		"when":      {"date", "2021-04-03", "2021-04-13", "2021-04-14"},
		"price_txt": {"number", "1.5", "2", "3.1"},
		"x":         {"number", "1", "2.5", "1"},
	} {
		assert.Equal(t, want, texts(t, got, name), name)
	}
}

// Copies are byte for byte, with cells added.
func TestCopyWith(t *testing.T) {
	file, err := os.ReadFile("testdata/ids-predict.csv")
	require.NoError(t, err)
	f, err := OpenCSV("testdata/ids-predict.csv")
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, f.CopyWith(&b, Dialect{Delimiter: ","}, Added{}))
	assert.Equal(t, string(file), b.String())

	for name, c := range map[string]struct{ in, want string }{
		"quotes, blanks and ends": {"a,\"b\"\r\n\r\n 1 ,\"x\ny\"\r\n\n2,\"\"\"\"\n\n", "a,\"b\",p\r\n\r\n 1 ,\"x\ny\",\"u,v\"\r\n\n2,\"\"\"\",\"u,v\"\n\n"},
		"no last line end":        {"a,b\n1,2", "a,b,p\n1,2,\"u,v\""},
		"quoted, no last end":     {"a,b\n1,\"2\n\"", "a,b,p\n1,\"2\n\",\"u,v\""},
		"old Mac":                 {"a,b\r1,2\r", "a,b,p\r1,2,\"u,v\"\r"},
		"mark":                    {"\xef\xbb\xbfa,b\n1,é\n", "\xef\xbb\xbfa,b,p\n1,é,\"u,v\"\n"},
	} {
		f, err := NewCSV(strings.NewReader(c.in))
		require.NoError(t, err)
		got, err := f.Read(Options{Delimiter: ","})
		require.NoError(t, err)
		var b strings.Builder
		rows := 0
		added := Added{
			Rows: got.Len(),
			Names: func(names []string) []string {
				assert.Equal(t, []string{"a", "b"}, names)
				return []string{"p"}
			},
			Row: func(row int) []string {
				assert.Equal(t, rows, row)
				rows++
				return []string{"u,v"}
			},
		}
		require.NoError(t, f.CopyWith(&b, got.Dialect(), added))
		assert.Equal(t, c.want, b.String(), name)
		assert.Equal(t, got.Len(), rows, "the rows of the copy are those of the table")
		for _, other := range []int{got.Len() - 1, got.Len() + 1} {
			added.Rows, rows = other, 0
			assert.ErrorIs(t, f.CopyWith(io.Discard, got.Dialect(), added), errChanged)
		}
	}
}

// Of a row with too many fields no more is read than is needed to know it.
func TestManyFieldsAreRefusedAtOnce(t *testing.T) {
	rest := &endless{}
	f := &CSV{open: rest.open}
	_, err := f.Read(Options{})
	assert.ErrorContains(t, err, "line 2: more fields than there are columns, 2")
	assert.Less(t, rest.n, 1<<20)
	header := &endless{}
	header.header = true
	_, err = (&CSV{open: header.open}).Read(Options{Delimiter: ","})
	assert.ErrorContains(t, err, "line 1: more columns than the limit of 16384")
	assert.Less(t, header.n, 1<<24)
}

// full is a writer with room for so many bytes.
type full int

func (f *full) Write(p []byte) (int, error) {
	if *f -= full(len(p)); *f < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestCopyWithErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	require.NoError(t, os.WriteFile(path, []byte("gr\xfc\xdfe\n1\n2\n"), 0o666))
	f, err := OpenCSV(path)
	require.NoError(t, err)
	got, err := f.Read(Options{Encoding: "windows-1252"})
	require.NoError(t, err)
	cell := "日本"
	added := Added{Rows: 2, Names: func([]string) []string { return []string{"p"} }, Row: func(int) []string { return []string{cell} }}
	assert.EqualError(t, f.CopyWith(io.Discard, got.Dialect(), added), path+`: "日本" cannot be written in windows-1252: convert the file to UTF-8`)
	cell = "ä"
	var b strings.Builder
	require.NoError(t, f.CopyWith(&b, got.Dialect(), added))
	assert.Equal(t, "gr\xfc\xdfe,p\n1,\xe4\n2,\xe4\n", b.String())
	for room := range full(b.Len()) {
		assert.Equal(t, io.ErrShortWrite, f.CopyWith(&room, got.Dialect(), added), "the file that is read is not at fault")
	}
}

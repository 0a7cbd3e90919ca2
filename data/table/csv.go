package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/utf8text"
)

// Options say how a CSV file is read. The zero value finds everything out.
type Options struct {
	// Kinds are the kinds of columns by name, in place of what their values
	// look like: postal codes are categories, though written in digits.
	Kinds map[string]Kind
	// Skip names columns that are left out, such as notes and running numbers.
	Skip []string
	// Missing are the values that mean "not known", in any case; default
	// [DefaultMissing].
	Missing []string
	// Layouts are ways of writing dates, in Go's notation, that are tried before
	// those known. It settles whether 3/4/2021 is in April or in March.
	Layouts []string
	// Comma separates fields. By default it is the comma, the semicolon or the
	// tab, whichever the first line has most of.
	Comma rune
}

// DefaultMissing lists the values that mean "not known" where [Options] has none.
func DefaultMissing() []string {
	return []string{"", "NA", "N/A", "#N/A", "NaN", "null", "-", "–", "—", "?"}
}

// maxColumns bounds the columns of a file, of which each costs some memory
// before it has a value.
const maxColumns = 1 << 14

// ReadCSV reads a table from comma-separated values (RFC 4180): UTF-8, the first
// line the names of the columns, then a row a line. Fields in quotes may have
// separators and line ends inside. White space round a field is taken off, blank
// lines are skipped.
//
// The text is held in memory while it is read: a file may have up to 1 GiB.
//
// Errors: text that is not UTF-8, no rows, columns without a name or with the same
// one, rows of another length, stray quotes, values that are not of their column's
// kind, options that name columns which are not there. Each says the line, the
// column and what to do.
func ReadCSV(r io.Reader, o Options) (*Table, error) {
	text, err := utf8text.Read(r)
	if err != nil {
		return nil, err
	}
	c, err := newCSVReader(text, o)
	if err != nil {
		return nil, err
	}
	if err := c.look(); err != nil {
		return nil, err
	}
	return c.read()
}

// LoadCSV is [ReadCSV] of a file. Errors have its path in them.
func LoadCSV(path string, o Options) (*Table, error) {
	f, err := regular.OpenStream(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := ReadCSV(f, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// csvReader goes over a text twice: once to see what its columns are, once to
// read them as that. So no more than the text and the table is ever held.
type csvReader struct {
	text    string
	comma   rune
	missing map[string]bool // in lower case
	longest int             // of missing
	layouts []string
	own     int // the first layouts, which are the user's

	names    []string
	kinds    []Kind // of each column, as the user says, or ""
	skip     []bool
	evidence []*evidence
	rows     int
}

func newCSVReader(text string, o Options) (*csvReader, error) {
	c := &csvReader{text: text, comma: o.Comma, own: len(o.Layouts), missing: map[string]bool{}}
	switch c.comma {
	case 0:
		c.comma = separator(text)
	case '"', '\r', '\n', utf8.RuneError:
		return nil, fmt.Errorf("%q cannot separate fields", c.comma)
	}
	for name, kind := range o.Kinds {
		if err := kind.check(); err != nil {
			return nil, fmt.Errorf("column %q: %w", name, err)
		}
	}
	c.layouts = slices.Concat(o.Layouts, layouts)
	missing := o.Missing
	if missing == nil {
		missing = DefaultMissing()
	}
	for _, m := range missing {
		m = strings.ToLower(strings.TrimSpace(m))
		c.missing[m], c.longest = true, max(c.longest, len(m))
	}
	header, _, err := c.header()
	if err != nil {
		return nil, err
	}
	c.names, c.kinds, c.skip = header, make([]Kind, len(header)), make([]bool, len(header))
	for _, name := range slices.Concat(o.Skip, slices.Sorted(maps.Keys(o.Kinds))) {
		if !slices.Contains(header, name) {
			return nil, noColumn(name, header)
		}
	}
	for i, name := range header {
		c.kinds[i], c.skip[i] = o.Kinds[name], slices.Contains(o.Skip, name)
	}
	if !slices.Contains(c.skip, false) {
		return nil, errors.New("every column is to be left out")
	}
	return c, nil
}

// separator is the sign that the first line has most of, outside quotes.
func separator(text string) rune {
	line, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	counts := map[rune]int{}
	quoted := false
	for _, r := range line {
		if r == '"' {
			quoted = !quoted
		} else if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// header starts at the beginning of the text and reads the names of the columns.
func (c *csvReader) header() ([]string, *csv.Reader, error) {
	r := csv.NewReader(strings.NewReader(c.text))
	r.Comma = c.comma
	r.FieldsPerRecord = -1 // counted here, for a better word
	r.TrimLeadingSpace = c.comma != '\t'
	r.ReuseRecord = true
	record, err := r.Read()
	if err != nil {
		return nil, nil, c.syntax(err)
	}
	if len(record) > maxColumns {
		return nil, nil, fmt.Errorf("line 1: %d columns, more than the limit of %d", len(record), maxColumns)
	}
	names, seen := make([]string, len(record)), map[string]int{}
	for i, field := range record {
		name := strings.Clone(strings.TrimSpace(field))
		line, _ := r.FieldPos(i)
		if name == "" {
			return nil, nil, fmt.Errorf("line %d: column %d has no name; the first line must name every column", line, i+1)
		}
		if first, ok := seen[name]; ok {
			return nil, nil, fmt.Errorf("line %d: columns %d and %d are both named %q; rename one", line, first, i+1, name)
		}
		names[i], seen[name] = name, i+1
	}
	return names, r, nil
}

// each calls f with every row of the text.
func (c *csvReader) each(f func(row int, record []string, line func(column int) int) error) error {
	_, r, err := c.header()
	if err != nil {
		return err
	}
	line := func(column int) int {
		n, _ := r.FieldPos(column)
		return n
	}
	for row := 0; ; row++ {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return c.syntax(err)
		}
		if len(record) != len(c.names) {
			return fmt.Errorf("line %d: %d fields, but %d columns have a name; a field with a %q in it must be in quotes",
				line(0), len(record), len(c.names), c.comma)
		}
		if err := f(row, record, line); err != nil {
			return err
		}
	}
}

// look is the first reading.
func (c *csvReader) look() error {
	for range c.names {
		c.evidence = append(c.evidence, newEvidence(len(c.layouts)))
	}
	err := c.each(func(row int, record []string, line func(int) int) error {
		for i, field := range record {
			text := strings.TrimSpace(field)
			if !c.skip[i] && !c.isMissing(text) && c.kinds[i] != Category {
				c.evidence[i].add(text, line(i), c.layouts, c.own)
			}
		}
		c.rows = row + 1
		return nil
	})
	if err == nil && c.rows == 0 {
		err = errors.New("there are names of columns, but no rows")
	}
	return err
}

// read is the second reading.
func (c *csvReader) read() (*Table, error) {
	columns, verdicts, names := make([]Column, len(c.names)), make([]verdict, len(c.names)), make([]levels, len(c.names))
	for i, name := range c.names {
		if c.skip[i] {
			continue
		}
		v, err := c.evidence[i].decide(c.kinds[i], c.layouts, c.own)
		if err != nil {
			return nil, inColumn(name, err)
		}
		verdicts[i], columns[i] = v, Column{Name: name, Kind: v.kind}
		if v.kind == Category {
			names[i], columns[i].Codes = levels{}, make([]int32, c.rows)
		} else {
			columns[i].Values = make([]float64, c.rows)
		}
	}
	err := c.each(func(row int, record []string, _ func(int) int) error {
		for i, field := range record {
			text, column := strings.TrimSpace(field), &columns[i]
			switch gone := c.isMissing(text); {
			case c.skip[i]:
			case column.Kind == Category && gone:
				column.Codes[row] = missingCode
			case column.Kind == Category:
				column.Codes[row] = names[i].codeOfView(text)
			case gone:
				column.Values[row] = math.NaN()
			case column.Kind == Date:
				column.Values[row], _ = parseDate(text, verdicts[i].layout)
			default:
				column.Values[row], _ = parseNumber(text)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var kept []Column
	for i, column := range columns {
		if c.skip[i] {
			continue
		}
		if column.Kind == Category {
			column.Levels = names[i].sort(column.Codes)
		}
		kept = append(kept, column)
	}
	return &Table{rows: c.rows, columns: kept}, nil
}

// codeOfView is code of a name that is part of something longer, of which it
// keeps a copy.
func (l levels) codeOfView(name string) int32 {
	if code, ok := l[name]; ok {
		return code
	}
	return l.code(strings.Clone(name))
}

func (c *csvReader) isMissing(text string) bool {
	return len(text) <= c.longest && c.missing[strings.ToLower(text)]
}

// inColumn adds to an error where it is.
func inColumn(name string, err error) error {
	if cell := (*cellError)(nil); errors.As(err, &cell) {
		return fmt.Errorf("line %d: column %q: %w", cell.line, name, err)
	}
	return fmt.Errorf("column %q: %w", name, err)
}

// syntax says in our own words what is wrong with the quotes.
func (c *csvReader) syntax(err error) error {
	parse := (*csv.ParseError)(nil)
	switch {
	case !errors.As(err, &parse):
		return err
	case errors.Is(err, csv.ErrBareQuote):
		return fmt.Errorf("line %d: a quote inside a field without quotes, at byte %d: put the field in quotes and write each quote inside twice", parse.Line, parse.Column)
	case errors.Is(err, csv.ErrQuote) && parse.Line != parse.StartLine:
		return fmt.Errorf("line %d: a field in quotes that begins in this line does not end well (line %d): close it, and write each quote inside twice", parse.StartLine, parse.Line)
	case errors.Is(err, csv.ErrQuote):
		return fmt.Errorf("line %d: a field in quotes does not end well, at byte %d: close it, and write each quote inside twice", parse.Line, parse.Column)
	}
	return fmt.Errorf("line %d: %w", parse.Line, parse.Err)
}

package table

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/org/artnn/internal/words"
)

// reader goes over a file twice: once to see what its columns are, once to read
// them as that. So no more than a row and the table is ever held.
type reader struct {
	file      *CSV
	o         Options
	enc       settled
	delimiter string
	own       []string // layouts that the user says
	orders    []string // likewise

	names   []string
	columns []*columnReader // nil of a column that is left out
	shapes  dateShapes
	rows    int
	probe   *utf8Probe // of the last reading
}

// errChanged is the error of a file that was another one at the second reading.
var errChanged = errors.New("the file has changed while it was read")

// columnReader is what is known of a column.
type columnReader struct {
	name     string
	wanted   wanted
	missing  missing
	evidence *evidence
	verdict  verdict
	made     Column
	levels   *levels // of a category
}

func (c *CSV) newReader(o Options) (*reader, error) {
	r := &reader{file: c, o: o, shapes: dateShapes{}}
	for _, text := range o.Dates {
		if slices.Contains(orders, text) {
			r.orders = append(r.orders, text)
		} else {
			r.own = append(r.own, text)
		}
	}
	b, err := c.begin(o.Encoding, o.Dialect.Encoding)
	if err != nil {
		return nil, err
	}
	defer b.close()
	r.enc = b.enc
	line, err := firstLine(b.text)
	if err != nil {
		return nil, err
	}
	if isBlank(line) {
		return nil, errNoText
	}
	if r.delimiter, err = o.delimiter(line); err != nil {
		return nil, err
	}
	return r, nil
}

// delimiter is what separates the fields of a file with the given first line.
func (o Options) delimiter(line []byte) (string, error) {
	found, n := delimiterOf(line)
	switch learned := o.Dialect.Delimiter; {
	case o.Delimiter != "":
		return o.Delimiter, nil
	case learned == "", learned == found:
		return found, nil
	case n > 0 && countOf(line, learned) == 0:
		return "", &Error{Line: 1, Problem: fmt.Sprintf("the columns are separated by %q, and by %q in what was learned from", found, learned), Help: []Help{{"Delimiter", found}}}
	default:
		return learned, nil
	}
}

// countOf is how often a text is in a line.
func countOf(line []byte, text string) int {
	n := 0
	for i := range line {
		if len(line)-i >= len(text) && string(line[i:i+len(text)]) == text {
			n++
		}
	}
	return n
}

// header reads the names of the columns.
func (r *reader) header(s *scanner) ([]string, error) {
	if err := s.next(); err != nil {
		if err == io.EOF {
			return nil, errNoText
		}
		return nil, err
	}
	names, seen := make([]string, s.fields()), map[string]int{}
	for i := range names {
		name := string(s.field(i))
		if name == "" {
			return nil, &Error{Line: s.lines[i], Problem: fmt.Sprintf("column %d has no name; the first line must name every column", i+1)}
		}
		if first, ok := seen[name]; ok {
			return nil, &Error{Line: s.lines[i], Problem: fmt.Sprintf("columns %d and %d are both named %q; rename one", first, i+1, name)}
		}
		names[i], seen[name] = name, i+1
	}
	return names, nil
}

// plan sets up the columns.
func (r *reader) plan(names []string) error {
	for _, list := range [][]string{r.o.Skip, slices.Sorted(maps.Keys(r.o.Kinds)), r.o.Only} {
		for _, name := range list {
			if !slices.Contains(names, name) {
				return noColumn(name, names)
			}
		}
	}
	skip, only := map[string]bool{}, map[string]bool{}
	for _, name := range r.o.Skip {
		skip[name] = true
	}
	for _, name := range r.o.Only {
		only[name] = true
	}
	r.names, r.columns = names, make([]*columnReader, len(names))
	kept := 0
	for i, name := range names {
		if skip[name] || len(only) > 0 && !only[name] {
			continue
		}
		kept++
		r.columns[i] = r.plannedColumn(name)
	}
	if kept == 0 {
		return errors.New("every column is to be left out")
	}
	return nil
}

func (r *reader) plannedColumn(name string) *columnReader {
	format, learned := r.o.Formats[name]
	kind := r.o.Kinds[name]
	c := &columnReader{name: name, evidence: &evidence{}}
	c.wanted = wanted{kind: kind, learned: learned, format: format, decimal: r.o.Decimal, layouts: r.own, orders: r.orders}
	words := r.o.Missing
	if words == nil {
		words = r.o.Dialect.Missing
	}
	if words == nil {
		// Who says that a column is a category means all of its texts.
		if c.made.Format.Literal = kind == Category && (!learned || format.Literal); c.made.Format.Literal {
			words = []string{}
		} else {
			words = DefaultMissing()
		}
	}
	c.missing = newMissing(words)
	return c
}

// each calls f with every row of the file.
func (r *reader) each(f func(row int, s *scanner) error) error {
	b, err := r.file.begin(r.o.Encoding, r.o.Dialect.Encoding)
	if err != nil {
		return err
	}
	defer b.close()
	defer func() { r.probe = b.probe }()
	s := newScanner(b.text, b.enc, r.delimiter, maxColumns)
	names, err := r.header(s)
	if err != nil {
		return err
	}
	if r.columns == nil {
		if err := r.plan(names); err != nil {
			if e := (*Error)(nil); errors.As(err, &e) && r.learnedEncoding() && b.probe.wide && !b.probe.bad {
				e.Help = append(e.Help, Help{"Encoding", utf8Name})
			}
			return err
		}
	}
	s.most = len(r.names)
	for row := 0; ; row++ {
		switch err := s.next(); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case s.fields() < len(r.names):
			return &Error{Line: s.lines[0], Problem: fmt.Sprintf("%s, but %d columns have a name", words.Count(s.fields(), "field"), len(r.names))}
		case row >= math.MaxInt32:
			return fmt.Errorf("over %d rows", math.MaxInt32)
		}
		if err := f(row, s); err != nil {
			return err
		}
	}
}

// learnedEncoding reports whether the encoding is that of what was learned from, and
// nothing in the file says so.
func (r *reader) learnedEncoding() bool {
	return r.o.Encoding == "" && r.o.Dialect.Encoding == r.enc.name
}

// look is the first reading.
func (r *reader) look() error {
	err := r.each(func(row int, s *scanner) error {
		for i, c := range r.columns {
			if c == nil || c.wanted.kind == Category {
				continue
			}
			if text := s.field(i); !c.missing.has(text) {
				c.evidence.add(text, s.lines[i], r.own, r.shapes)
			}
		}
		r.rows = row + 1
		return nil
	})
	if err == nil && r.rows == 0 {
		err = errors.New("there are names of columns, but no rows")
	}
	if err != nil {
		return err
	}
	if learned := r.o.Dialect.Encoding; r.learnedEncoding() && r.probe.wideUTF8() {
		return &Error{Problem: fmt.Sprintf("the text is UTF-8, and %s in what was learned from", learned),
			Help: []Help{{"Encoding", utf8Name}, {"Encoding", learned}}}
	}
	for _, c := range r.columns {
		if c == nil {
			continue
		}
		if c.verdict, err = c.evidence.decide(c.wanted); err != nil {
			return inColumn(c.name, err)
		}
	}
	return settleOpen(r.columns, r.delimiter)
}

// inColumn adds the column to an error.
func inColumn(name string, err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		e.Column = name
	}
	return err
}

// read is the second reading.
func (r *reader) read() (*Table, error) {
	var kept []*columnReader
	for _, c := range r.columns {
		if c == nil {
			continue
		}
		kept = append(kept, c)
		literal := c.made.Format.Literal
		c.evidence = nil
		c.made = Column{Name: c.name, Kind: c.verdict.kind, Format: c.verdict.format, values: newNumbers(r.rows)}
		if c.made.Kind == Category {
			c.made.Format.Literal = literal
			c.levels = newLevels()
		}
	}
	err := r.each(func(row int, s *scanner) error {
		if row >= r.rows {
			return errChanged
		}
		for i, c := range r.columns {
			if c == nil {
				continue
			}
			text := s.field(i)
			v, ok := math.NaN(), true
			if !c.missing.has(text) {
				v, ok = c.value(text)
			} else if c.levels != nil {
				v = missingCode
			}
			if !ok {
				return errChanged
			}
			c.made.values.set(row, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t := &Table{rows: r.rows, dialect: r.dialect()}
	for _, c := range kept {
		if c.levels != nil {
			c.made.levels = c.levels.sorted(c.made.values, r.rows)
			c.levels = nil
		}
		t.columns = append(t.columns, c.made)
	}
	return t, nil
}

// value is what a column has for a text.
func (c *columnReader) value(text []byte) (v float64, ok bool) {
	switch c.made.Kind {
	case Category:
		code, ok := c.levels.code(text)
		return float64(code), ok
	case Date:
		return parseDate(string(text), c.made.Format.Layout)
	}
	n, ok := parseNumber(text, c.verdict.reading)
	return n.value, ok
}

// dialect is how the file was written, as far as another one like it does not
// tell.
func (r *reader) dialect() Dialect {
	d := Dialect{Delimiter: r.delimiter, Missing: r.o.Missing}
	if d.Missing == nil {
		d.Missing = r.o.Dialect.Missing
	}
	if d.Missing != nil && len(d.Missing) == 0 {
		d.Missing = []string{""} // an empty list would not be kept in a file
	}
	if len(r.enc.mark) == 0 && r.enc.name != utf8Name {
		d.Encoding = r.enc.name
	}
	return d
}

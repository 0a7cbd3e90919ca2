package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// CSV is a file of comma-separated values. It is gone over from its beginning
// each time that something is asked of it.
type CSV struct {
	path string
	open func() (io.ReadCloser, error)
}

// maxHeld bounds what is held in memory of what cannot be read twice.
const maxHeld = 1 << 30

// NewCSV takes a file from where it can be read only once, such as the standard
// input, and holds it in memory: up to 1 GiB.
func NewCSV(r io.Reader) (*CSV, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, maxHeld+1))
	if err != nil {
		return nil, err
	}
	if n > maxHeld {
		return nil, fmt.Errorf("over 1 GiB, which cannot be held in memory: write it to a file")
	}
	return &CSV{open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil }}, nil
}

// OpenCSV takes a file of the given path. A regular file is read as it is needed,
// anything else into memory, as NewCSV does. Errors of the result have the path in
// them.
func OpenCSV(path string) (*CSV, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return os.Open(path) }
	if info.Mode().IsRegular() {
		return &CSV{path: path, open: open}, nil
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c, err := NewCSV(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c.path = path
	return c, nil
}

// ReadCSV reads a table from comma-separated values, as [CSV.Read] does.
func ReadCSV(r io.Reader, o Options) (*Table, error) {
	c, err := NewCSV(r)
	if err != nil {
		return nil, err
	}
	return c.Read(o)
}

// LoadCSV reads a table from a file, as [CSV.Read] does. Errors have its path in
// them.
func LoadCSV(path string, o Options) (*Table, error) {
	c, err := OpenCSV(path)
	if err != nil {
		return nil, err
	}
	return c.Read(o)
}

// Read reads a table from comma-separated values (RFC 4180): the first line is the
// names of the columns, then there is a row a line. Fields in quotes may have
// separators and line ends inside. White space round a field is taken off, blank
// lines are skipped.
//
// The file is gone over twice, and only its values are held in memory, each in as
// few bytes as its column allows.
//
// Errors: text that is not of its encoding, no rows, columns without a name or
// with the same one, rows of another length, stray quotes, values that are not of
// their column's kind, options that name columns which are not there. Where a value
// or an option is at fault it is an [*Error].
func (c *CSV) Read(o Options) (*Table, error) {
	if err := o.Check(); err != nil {
		return nil, c.named(err)
	}
	r, err := c.newReader(o)
	if err != nil {
		return nil, c.named(err)
	}
	if err := r.look(); err != nil {
		return nil, c.named(err)
	}
	t, err := r.read()
	return t, c.named(err)
}

// named adds the path to an error.
func (c *CSV) named(err error) error {
	if err == nil || c.path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", c.path, err)
}

// Added are the cells that [CSV.CopyWith] adds.
type Added struct {
	// Names makes the names of the new columns, given those of the file's.
	Names func(names []string) []string
	// Row makes the cells of a row, from 0 as in the table that was read.
	Row func(row int) []string
	// Rows is how many there are.
	Rows int
}

// CopyWith copies the file byte for byte, with cells added at the end of every
// row. The dialect is that of the table that was read. Line ends, quotes and white
// space stay; a cell that needs quotes gets them.
//
// Errors: a file that has changed since; an added cell that its encoding has no
// signs for; those of w, as they are.
func (c *CSV) CopyWith(w io.Writer, d Dialect, added Added) error {
	out := &noting{w: w}
	err := c.copyWith(out, d, added)
	if out.err != nil {
		return out.err
	}
	return c.named(err)
}

// noting keeps the error of a writer.
type noting struct {
	w   io.Writer
	err error
}

func (n *noting) Write(p []byte) (int, error) {
	k, err := n.w.Write(p)
	if err != nil {
		n.err = err
	}
	return k, err
}

func (c *CSV) copyWith(w io.Writer, d Dialect, added Added) error {
	begun, err := c.begin(d.Encoding, "")
	if err != nil {
		return err
	}
	defer begun.close()
	if d.Delimiter == "" {
		d.Delimiter = ","
	}
	s := newScanner(begun.text, begun.enc, d.Delimiter, maxColumns)
	s.keep = true
	out, err := begun.enc.encoded(w)
	if err != nil {
		return err
	}
	var cells []byte
	for row := -1; ; row++ {
		switch err := s.next(); {
		case err == io.EOF && row < added.Rows:
			return errChanged
		case err == io.EOF:
			if _, err := out.Write(s.raw); err != nil { // blank lines
				return err
			}
			return out.Close()
		case err != nil:
			return err
		case row == added.Rows:
			return errChanged
		}
		cells = cells[:0]
		for _, cell := range added.cells(row, s) {
			cells = append(cells, d.Delimiter...)
			cells = appendCell(cells, cell, d.Delimiter)
		}
		end := len(s.raw) - s.tail
		if _, err := out.Write(s.raw[:end]); err != nil {
			return err
		}
		if _, err := out.Write(cells); err != nil {
			return fmt.Errorf("%s cannot be written in %s: convert the file to UTF-8", shown(string(cells[len(d.Delimiter):])), begun.enc.name)
		}
		if _, err := out.Write(s.raw[end:]); err != nil {
			return err
		}
	}
}

// cells are those of a row that has just been read, −1 for the names.
func (a Added) cells(row int, s *scanner) []string {
	if row >= 0 {
		return a.Row(row)
	}
	names := make([]string, s.fields())
	for i := range names {
		names[i] = string(s.field(i))
	}
	return a.Names(names)
}

// appendCell is a text as a field, in quotes if it needs them.
func appendCell(to []byte, text, delimiter string) []byte {
	if text != "" && text == strings.TrimSpace(text) && !strings.ContainsAny(text, "\"\r\n") && !strings.Contains(text, delimiter) {
		return append(to, text...)
	}
	if text == "" {
		return to
	}
	to = append(to, '"')
	to = append(to, strings.ReplaceAll(text, `"`, `""`)...)
	return append(to, '"')
}

// begun is a file that is read from its beginning.
type begun struct {
	text  io.Reader // as UTF-8
	enc   settled
	probe *utf8Probe
	close func() error
}

// begin opens the file and settles how it is encoded.
func (c *CSV) begin(said, learned string) (begun, error) {
	f, err := c.open()
	if err != nil {
		return begun{}, err
	}
	b := bufio.NewReaderSize(f, chunk)
	head, err := b.Peek(utf8.UTFMax)
	if err != nil && err != io.EOF {
		f.Close()
		return begun{}, err
	}
	enc := settleEncoding(head, said, learned)
	probe := &utf8Probe{from: b}
	text, err := enc.decoded(probe)
	if err != nil {
		f.Close()
		return begun{}, err
	}
	return begun{text, enc, probe, f.Close}, nil
}

// delimiters are those that are found out.
var delimiters = []string{",", ";", "\t"}

// delimiterOf is the sign that the first line of a text has most of, outside
// quotes, and how many.
func delimiterOf(line []byte) (delimiter string, n int) {
	counts := make([]int, len(delimiters))
	quoted := false
	for _, b := range line {
		if b == '"' {
			quoted = !quoted
		} else if !quoted {
			if i := slices.Index(delimiters, string(rune(b))); i >= 0 {
				counts[i]++
			}
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return delimiters[best], counts[best]
}

// maxLine bounds the first line, which is held to find out what separates its
// names.
const maxLine = 1 << 22

// firstLine is the first line of a text that is not blank.
func firstLine(text io.Reader) ([]byte, error) {
	b := bufio.NewReader(io.LimitReader(text, maxLine))
	for {
		line, err := b.ReadBytes('\n')
		// A file of an old Mac has its lines end in \r.
		line, _, _ = bytes.Cut(bytes.TrimLeft(line, "\r\n"), []byte("\r"))
		switch {
		case err == nil && len(line) == 0:
		case err == io.EOF:
			return bytes.TrimRight(line, "\n"), nil
		default:
			return bytes.TrimRight(line, "\n"), err
		}
	}
}

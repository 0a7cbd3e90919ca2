package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/org/artnn/internal/regular"
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
	f, err := regular.OpenStream(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().IsRegular() {
		return &CSV{path: path, open: func() (io.ReadCloser, error) { return regular.Open(path) }}, nil
	}
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
		case err == nil && isBlank(line):
		case err == io.EOF:
			return bytes.TrimRight(line, "\n"), nil
		default:
			return bytes.TrimRight(line, "\n"), err
		}
	}
}

package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Added are the cells that [CSV.CopyWith] adds; the zero value is none.
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
	text, err := c.begin(d.Encoding, "")
	if err != nil {
		return err
	}
	defer text.close()
	file, err := c.open()
	if err != nil {
		return err
	}
	defer file.Close()
	if d.Delimiter == "" {
		d.Delimiter = ","
	}
	s := newScanner(text.text, text.enc, d.Delimiter, maxColumns)
	s.keep = true
	to := copier{enc: text.enc, delimiter: d.Delimiter, from: bufio.NewReaderSize(file, chunk), to: bufio.NewWriterSize(w, chunk)}
	if err := to.bytes(len(text.enc.mark)); err != nil {
		return err
	}
	var cells []byte
	for row := -1; ; row++ {
		switch err := s.next(); {
		case err == io.EOF && added.Row != nil && row < added.Rows:
			return errChanged
		case err == io.EOF:
			if err := to.same(s.raw); err != nil { // blank lines
				return err
			}
			return to.to.Flush()
		case err != nil:
			return err
		case added.Row != nil && row == added.Rows:
			return errChanged
		}
		cells = cells[:0]
		for _, cell := range added.cells(row, s) {
			cells = append(cells, d.Delimiter...)
			cells = appendCell(cells, cell, d.Delimiter)
		}
		end := len(s.raw) - s.tail
		if err := to.same(s.raw[:end]); err != nil {
			return err
		}
		if err := to.text(cells); err != nil {
			return err
		}
		if err := to.same(s.raw[end:]); err != nil {
			return err
		}
	}
}

// cells are those of a row that has just been read, −1 for the names.
func (a Added) cells(row int, s *scanner) []string {
	switch {
	case a.Row == nil:
		return nil
	case row >= 0:
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

// copier copies a file by its characters. A text that was decoded and encoded again
// may have other bytes: some characters of GB18030 have two codes.
type copier struct {
	enc       settled
	delimiter string
	from      *bufio.Reader
	to        *bufio.Writer
}

// bytes copies the next n bytes.
func (c copier) bytes(n int) error {
	_, err := io.CopyN(c.to, c.from, int64(n))
	if err == io.EOF {
		return errChanged
	}
	return err
}

// same copies the bytes that a text, which is next, has in the file.
func (c copier) same(text []byte) error {
	switch c.enc.name {
	case latinName:
		return c.bytes(utf8.RuneCount(text))
	case utf16LEName, utf16BEName:
		n := 0
		for _, r := range string(text) {
			n += 2 * utf16.RuneLen(r)
		}
		return c.bytes(n)
	case chineseName:
		for range utf8.RuneCount(text) {
			head, _ := c.from.Peek(2)
			n := 1
			if len(head) == 2 && head[0] > 0x80 { // 0x80 alone is the euro
				n = 2
				if head[1] >= '0' && head[1] <= '9' {
					n = 4
				}
			}
			if err := c.bytes(n); err != nil {
				return err
			}
		}
		return nil
	}
	return c.bytes(len(text))
}

// text writes UTF-8 in the encoding of the file.
func (c copier) text(text []byte) error {
	if e := byName(c.enc.name); e != nil && len(text) > 0 {
		encoded, err := e.NewEncoder().Bytes(text)
		if err != nil {
			return fmt.Errorf("%s cannot be written in %s: convert the file to UTF-8", shown(strings.TrimPrefix(string(text), c.delimiter)), c.enc.name)
		}
		text = encoded
	}
	_, err := c.to.Write(text)
	return err
}

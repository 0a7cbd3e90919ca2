package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// CopyWith copies the file byte for byte, with cells added at the end of every
// row. added is called with each row in turn, from 0 as in the table that was read
// in the given dialect, and before them with −1 for the names of the columns. Line
// ends, quotes and white space stay; a cell that needs quotes gets them.
func (c *CSV) CopyWith(w io.Writer, d Dialect, added func(row int) ([]string, error)) error {
	return c.named(c.copyWith(w, d, added))
}

func (c *CSV) copyWith(w io.Writer, d Dialect, added func(row int) ([]string, error)) error {
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
	to := copier{enc: text.enc, from: bufio.NewReaderSize(file, chunk), to: bufio.NewWriterSize(w, chunk)}
	if err := to.bytes(len(text.enc.mark)); err != nil {
		return err
	}
	var cells []byte
	for row := -1; ; row++ {
		err := s.next()
		if err == io.EOF {
			if err := to.same(s.raw); err != nil { // blank lines
				return err
			}
			return to.to.Flush()
		}
		if err != nil {
			return err
		}
		more, err := added(row)
		if err != nil {
			return err
		}
		cells = cells[:0]
		for _, cell := range more {
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
	enc  settled
	from *bufio.Reader
	to   *bufio.Writer
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
			return fmt.Errorf("%s cannot be written in %s", shown(string(text)), c.enc.name)
		}
		text = encoded
	}
	_, err := c.to.Write(text)
	return err
}

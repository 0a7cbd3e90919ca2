package train

import (
	"io"
	"strconv"
	"time"
)

// fixedColumns are those of every row. No metric may have such a name.
var fixedColumns = []string{"step", "epoch", "seconds"}

// logFormat writes the rows of a [Log], and reads those of an earlier session.
type logFormat interface {
	// signature is what a file begins with.
	signature() string
	// scan reads rows up to those of a step, limit of them at most, and returns
	// how many there are and how many bytes they take. It returns an error if
	// these are no such rows.
	scan(r io.Reader, step, limit int) (size int64, rows int, err error)
	// grow tells whether the file has no place yet for some of the metrics. If
	// so, it is made: what was written so far is to be replaced by what widen
	// makes of it.
	grow(m Metrics) bool
	widen(w io.Writer, r io.Reader) error
	// append encodes a row.
	append(b []byte, e Event) []byte
}

func appendSeconds(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, d.Seconds(), 'f', 3, 64)
}

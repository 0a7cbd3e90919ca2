package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/logfile"
	"github.com/org/artnn/internal/words"
)

// LogOptions say what [CSV] and [JSONL] keep. Zero values are the defaults.
type LogOptions struct {
	Every int // steps to a row, whose metrics are means over them; 0 means 1
}

// Log is a [Callback] that keeps a run's numbers in a file, for programs to
// read: step, epoch, seconds of training and metrics. [CSV] and [JSONL] make
// one.
//
// A run that begins at step 0 begins the file anew. One that is resumed cuts off
// the rows that were written after its checkpoint and goes on, so that the file
// becomes, but for seconds, what it would have been without the break. Without a
// checkpoint that knows the log, rows of later steps are cut off.
//
// A row is in the file a second after its step at the latest, and before every
// checkpoint.
//
// Errors, from Begin: a file that cannot be written; one that is not empty and
// no such log, which is left alone. From the rest: a disk that is full; a
// metric called step, epoch or seconds.
//
// A Log serves one run at a time, and is used by its goroutine alone.
type Log struct {
	path   string
	format logFormat
	names  []string // of metrics that were let in

	file   *logfile.File // nil before Begin and after End
	steps  *every        // means over the steps of a row
	resume *logState     // of a checkpoint, until Begin
	rows   int           // in the file
	last   Event
	row    []byte // scratch
	failed bool   // a method has returned an error
}

// logState is a log in a checkpoint.
type logState struct {
	Rows int
	Mean mean // of the row under way
}

// State is how many rows there are and the row under way. The rows are written
// out first, so that the file has them whatever stops the process or the system.
func (l *Log) State() any {
	if l.file != nil {
		_ = l.file.Sync() // if it fails, so will the next row
	}
	return logState{l.rows, l.steps.mean}
}

// SetState goes on from rows and a row under way.
func (l *Log) SetState(text json.RawMessage) error {
	var s logState
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Rows < 0 || s.Mean.Count < 0 {
		return fmt.Errorf("log: %s, %s in the next", words.Count(s.Rows, "row"), words.Count(s.Mean.Count, "step"))
	}
	l.resume = &s
	return nil
}

func newLog(path string, o LogOptions, format logFormat) *Log {
	if o.Every == 0 {
		o.Every = 1
	}
	l := &Log{path: path, format: format}
	l.steps = EverySteps(o.Every, l.write).(*every)
	return l
}

// Begin opens the file and cuts off the rows that come after where the run
// begins.
func (l *Log) Begin(e Event) error {
	if l.file != nil { // of a run that did not get as far as its End
		l.file.Close()
		l.file = nil
	}
	l.last, l.failed, l.steps.mean = e, false, mean{}
	rows := math.MaxInt
	if l.resume != nil {
		rows, l.steps.mean, l.resume = l.resume.Rows, l.resume.Mean, nil
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("train: the log cannot be written, choose another name: %w", err)
	}
	if err := l.cut(f, e.Step, rows); err != nil {
		f.Close()
		return fmt.Errorf("train: log %s: %w", l.path, err)
	}
	l.file = logfile.New(f)
	return nil
}

// cut leaves in f the rows up to a step, a number of them at most, and goes to
// their end.
func (l *Log) cut(f *os.File, step, rows int) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file, which rows can be cut from; choose another name")
	}
	head := make([]byte, min(info.Size(), int64(len(l.format.signature()))))
	if _, err := f.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	if string(head) != l.format.signature()[:len(head)] {
		return fmt.Errorf("the file begins with %q, so it is no such log and was left alone; move it or choose another name", head)
	}
	whole, err := lastLine(f, info.Size())
	if err != nil {
		return err
	}
	var size int64
	size, l.rows, err = l.format.scan(io.NewSectionReader(f, 0, whole), step, rows)
	if err != nil {
		return fmt.Errorf("%w; the file was left alone: mend it, move it or choose another name", err)
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	_, err = f.Seek(size, io.SeekStart)
	return err
}

// lastLine is where the last whole line ends. What comes after it is a row that
// was cut short when a system stopped.
func lastLine(r io.ReaderAt, size int64) (int64, error) {
	var block [4096]byte
	for size > 0 {
		n := min(size, int64(len(block)))
		if _, err := r.ReadAt(block[:n], size-n); err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(block[:n], '\n'); i >= 0 {
			return size - n + int64(i) + 1, nil
		}
		size -= n
	}
	return 0, nil
}

// Step adds to the row under way, and writes it when it is complete.
func (l *Log) Step(e Event) error {
	first := l.last.Metrics == nil
	l.last = e
	if first { // their columns come first, also when a validation is logged before the first row
		if err := l.note(l.admit(e.Metrics)); err != nil {
			return err
		}
	}
	return l.steps.Step(e)
}

// Validated writes a row of what a validation found.
func (l *Log) Validated(e Event) error { return l.write(e) }

// End writes the row under way, also before a failure, and closes the file.
func (l *Log) End(Report, error) error {
	if l.file == nil {
		return nil
	}
	defer func() { l.file = nil }()
	if l.failed { // it is known, and would fail again
		l.file.Close()
		return nil
	}
	err := l.steps.End(Report{Event: l.last}, nil) // a resumed run cuts it off again
	if closeErr := l.wrap(l.file.Close()); err == nil {
		err = closeErr
	}
	return err
}

// Flush writes out the rows that wait in memory.
func (l *Log) Flush() error {
	if l.file == nil {
		return nil
	}
	return l.wrap(l.file.Flush())
}

func (l *Log) write(e Event) error { return l.note(l.append(e)) }

// note keeps in mind that there was an error.
func (l *Log) note(err error) error {
	l.failed = l.failed || err != nil
	return err
}

func (l *Log) append(e Event) error {
	if err := l.admit(e.Metrics); err != nil {
		return err
	}
	l.row = l.format.append(l.row[:0], e)
	l.rows++
	_, err := l.file.Write(l.row)
	return l.wrap(err)
}

// admit makes room for metrics that are new.
func (l *Log) admit(metrics Metrics) error {
	for _, m := range metrics {
		if slices.Contains(l.names, m.Name) {
			continue
		}
		if slices.ContainsFunc(fixedColumns, func(c string) bool { return strings.EqualFold(c, m.Name) }) { // readers of JSON fold case
			return fmt.Errorf("train: log %s: a metric is called %s, which the log has already; give it another name", l.path, m.Name)
		}
		l.names = append(l.names, m.Name)
	}
	if l.format.grow(metrics) {
		return l.wrap(l.widen())
	}
	return nil
}

// widen writes the file anew with room for more metrics.
func (l *Log) widen() error {
	if err := l.file.Close(); err != nil {
		return err
	}
	err := atomicfile.Write(l.path, func(w io.Writer) error {
		old, err := os.Open(l.path)
		if err != nil {
			return err
		}
		defer old.Close()
		return l.format.widen(w, old)
	})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	l.file = logfile.New(f)
	return nil
}

func (l *Log) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("train: log %s: %w", l.path, err)
}

package tensorboard

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/org/artnn/internal/logfile"
)

// A Writer writes one run's events. It may be used by many goroutines at once.
//
// Values of a tag should come in the order of their steps, one a step: of
// several at a step, TensorBoard keeps the last.
//
// What is written waits in a buffer, a second at most. When the file cannot be
// written, say because the disk is full, the method at hand or the next one
// returns the error, and so do all after it.
type Writer struct {
	path string
	now  func() time.Time
	file *logfile.File

	mu      sync.Mutex
	earlier bool   // the folder held events, and no run of w has begun
	event   []byte // scratch
	record  []byte // scratch
}

// Option changes what [Create] does.
type Option func(*Writer)

// Clock sets where wall times come from; time.Now if not given.
func Clock(now func() time.Time) Option { return func(w *Writer) { w.now = now } }

// Create starts a new events file in dir, the folder of a run, and makes the
// folder if needed. Files that are there are left alone: TensorBoard shows the
// run as one. See [Writer.Resume] for a run that goes on.
//
// Errors: those of making the folder and the file.
func Create(dir string, options ...Option) (*Writer, error) {
	w := &Writer{now: time.Now}
	for _, o := range options {
		o(w)
	}
	now := w.now()
	f, earlier, err := createFile(dir, now.Unix())
	if err != nil {
		return nil, fmt.Errorf("tensorboard: the log folder %s cannot be written, choose another: %w", dir, err)
	}
	w.path, w.earlier, w.file = f.Name(), earlier, logfile.New(f)
	b := appendDouble(nil, eventWallTime, seconds(now))
	b = appendString(b, eventFileVersion, "brain.Event:2")
	if _, err = w.file.Write(appendRecord(nil, b)); err == nil {
		err = w.file.Flush()
	}
	if err != nil {
		w.file.Close()
		return nil, w.wrap(err)
	}
	return w, nil
}

// Path is the name of the events file.
func (w *Writer) Path() string { return w.path }

// Resume tells that the run goes on after step: TensorBoard forgets all that
// was logged for later steps, so that curves do not run back. The files keep
// it.
//
// Errors: those of writing.
func (w *Writer) Resume(step int) error {
	// Twice, because TensorBoard takes the first it sees in a run for that of the
	// run itself, which makes it forget nothing (plugin_event_accumulator.py).
	if err := w.write(step+1, appendStart); err != nil {
		return err
	}
	return w.write(step+1, appendStart)
}

// takeEarlier tells, the first time, whether the folder held events before w.
func (w *Writer) takeEarlier() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	earlier := w.earlier
	w.earlier = false
	return earlier
}

// Scalar logs a number, which is rounded to float32. NaN and infinities are
// kept; TensorBoard marks them.
//
// Errors: a tag that is empty or not UTF-8; those of writing.
func (w *Writer) Scalar(step int, tag string, value float64) error {
	if err := checkTag(tag); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.event = appendScalar(w.start(step), tag, float32(value))
	return w.put()
}

// Text logs a text, which TensorBoard shows as Markdown. What is not UTF-8 in
// it, such as a character that a generator left unfinished, is replaced by
// U+FFFD.
//
// Errors: a tag that is empty or not UTF-8; those of writing.
func (w *Writer) Text(step int, tag, markdown string) error {
	text := strings.ToValidUTF8(markdown, string(utf8.RuneError))
	return w.tensor(step, tag, texts, stringTensor([][]byte{[]byte(text)}))
}

// tensor logs an encoded TensorProto.
func (w *Writer) tensor(step int, tag string, p plugin, tensor []byte) error {
	if err := checkTag(tag); err != nil {
		return err
	}
	return w.write(step, func(b []byte) []byte { return appendSummary(b, tag, p, tensor) })
}

// write logs an event with the content that fill adds.
func (w *Writer) write(step int, fill func([]byte) []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.event = fill(w.start(step))
	err := w.put()
	const keep = 64 << 10 // a picture's worth of memory need not stay
	if cap(w.record) > keep {
		w.event, w.record = nil, nil
	}
	return err
}

// start begins an event in the scratch space. The caller holds the lock.
func (w *Writer) start(step int) []byte {
	return appendEvent(w.event[:0], seconds(w.now()), step)
}

// put writes the event in the scratch space. The caller holds the lock.
func (w *Writer) put() error {
	w.record = appendRecord(w.record[:0], w.event)
	_, err := w.file.Write(w.record)
	return w.wrap(err)
}

// Flush writes out what waits in the buffer.
//
// Errors: those of writing.
func (w *Writer) Flush() error { return w.wrap(w.file.Flush()) }

// Close writes out what waits and closes the file.
//
// Errors: those of writing, now or earlier.
func (w *Writer) Close() error { return w.wrap(w.file.Close()) }

func (w *Writer) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tensorboard: %s: %w", w.path, err)
}

// checkTag keeps out what would make the whole file unreadable: strings in
// protocol buffers must be UTF-8.
func checkTag(tag string) error {
	if tag == "" || !utf8.ValidString(tag) {
		return fmt.Errorf("tensorboard: a tag must be UTF-8 and not empty, got %q", tag)
	}
	return nil
}

func seconds(t time.Time) float64 {
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
}

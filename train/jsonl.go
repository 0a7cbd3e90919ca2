package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/org/artnn/internal/jsonfloat"
)

// JSONL keeps a run's numbers as JSON objects, one a line:
//
//	{"step":200,"epoch":0,"seconds":0.160,"loss":1.87}
//	{"step":200,"epoch":0,"seconds":0.171,"val_loss":1.92}
//
// JSON has no numbers that are not finite: these are the strings "NaN",
// "Infinity" and "-Infinity", as in protocol buffers. For the rest see [Log].
func JSONL(path string, o LogOptions) *Log { return newLog(path, o, &jsonlFormat{}) }

type jsonlFormat struct {
	keys map[string][]byte // by metric: how its name is written, with comma and colon
}

func (f *jsonlFormat) signature() string { return `{"step":` }

func (f *jsonlFormat) scan(r io.Reader, step, limit int) (size int64, rows int, err error) {
	lines := bufio.NewReader(r)
	for rows < limit {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, 0, err
		}
		var row struct {
			Step    *int     `json:"step"`
			Epoch   *int     `json:"epoch"`
			Seconds *float64 `json:"seconds"`
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return 0, 0, fmt.Errorf("line %d: %w", rows+1, err)
		}
		if row.Step == nil || row.Epoch == nil || row.Seconds == nil {
			return 0, 0, fmt.Errorf("line %d lacks step, epoch or seconds", rows+1)
		}
		if *row.Step > step || step == 0 { // nothing is kept of a file begun anew
			break
		}
		size, rows = size+int64(len(line)), rows+1
	}
	return size, rows, nil
}

// grow has nothing to do: every row has its own keys.
func (f *jsonlFormat) grow(Metrics) bool                { return false }
func (f *jsonlFormat) widen(io.Writer, io.Reader) error { return nil }

func (f *jsonlFormat) append(b []byte, e Event) []byte {
	b = append(b, f.signature()...)
	b = strconv.AppendInt(b, int64(e.Step), 10)
	b = append(b, `,"epoch":`...)
	b = strconv.AppendInt(b, int64(e.Epoch), 10)
	b = append(b, `,"seconds":`...)
	b = appendSeconds(b, e.Elapsed)
	for _, m := range e.Metrics {
		b = append(b, f.key(m.Name)...)
		b = jsonfloat.Append(b, m.Value)
	}
	return append(b, "}\n"...)
}

func (f *jsonlFormat) key(name string) []byte {
	if key, ok := f.keys[name]; ok {
		return key
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(name) // a string in memory
	key := fmt.Appendf(nil, ",%s:", bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	if f.keys == nil {
		f.keys = map[string][]byte{}
	}
	f.keys[name] = key
	return key
}

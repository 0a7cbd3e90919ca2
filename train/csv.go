package train

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// CSV keeps a run's numbers in a table, one that spreadsheets and data frames
// read:
//
//	step,epoch,seconds,loss,val_loss
//	100,0,0.081,2.31,
//	200,0,0.160,1.87,
//	200,0,0.171,,1.92
//
// A column is a metric. What a validation found is in a row of its own, and
// cells are empty where a row has no such metric. When a metric turns up for
// the first time, often at the first validation, the file is written anew with
// one more column, once. Metrics that come under ever new names are better kept
// as [JSONL].
//
// A cell that is not finite says NaN, +Inf or -Inf. For the rest see [Log].
func CSV(path string, o LogOptions) *Log { return newLog(path, o, &csvFormat{}) }

type csvFormat struct {
	header  bool     // the file has one
	columns []string // the metrics in it, in order
}

func (f *csvFormat) signature() string { return strings.Join(fixedColumns, ",") }

func (f *csvFormat) scan(r io.Reader, step, limit int) (size int64, rows int, err error) {
	f.header, f.columns = false, nil
	records := csv.NewReader(r)
	records.ReuseRecord = true
	header, err := records.Read()
	if errors.Is(err, io.EOF) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	if len(header) < len(fixedColumns) || !slices.Equal(header[:len(fixedColumns)], fixedColumns) {
		return 0, 0, fmt.Errorf("the first columns are not %s", f.signature())
	}
	if step == 0 { // nothing is kept of a file begun anew
		return 0, 0, nil
	}
	f.header, f.columns = true, slices.Clone(header[len(fixedColumns):])
	size = records.InputOffset()
	for rows < limit {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil { // it names the line
			return 0, 0, err
		}
		at, err := strconv.Atoi(record[0])
		if err != nil {
			line, _ := records.FieldPos(0)
			return 0, 0, fmt.Errorf("line %d: step: %w", line, err)
		}
		if at > step {
			break
		}
		size, rows = records.InputOffset(), rows+1
	}
	return size, rows, nil
}

func (f *csvFormat) grow(m Metrics) bool {
	grown := !f.header
	for _, x := range m {
		if !slices.Contains(f.columns, x.Name) {
			f.columns = append(f.columns, x.Name)
			grown = true
		}
	}
	f.header = true
	return grown
}

func (f *csvFormat) widen(w io.Writer, r io.Reader) error {
	in, out := csv.NewReader(r), csv.NewWriter(w)
	if err := out.Write(slices.Concat(fixedColumns, f.columns)); err != nil {
		return err
	}
	if _, err := in.Read(); err != nil && !errors.Is(err, io.EOF) { // the old header
		return err
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			out.Flush()
			return out.Error()
		}
		if err != nil {
			return err
		}
		wide := make([]string, len(fixedColumns)+len(f.columns))
		copy(wide, record)
		if err := out.Write(wide); err != nil {
			return err
		}
	}
}

func (f *csvFormat) append(b []byte, e Event) []byte {
	b = strconv.AppendInt(b, int64(e.Step), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(e.Epoch), 10)
	b = append(b, ',')
	b = appendSeconds(b, e.Elapsed)
	for _, name := range f.columns {
		b = append(b, ',')
		if v, ok := e.Metrics.Get(name); ok {
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		}
	}
	return append(b, '\n')
}

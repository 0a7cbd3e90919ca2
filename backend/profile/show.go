package profile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/org/artnn/backend"
)

// Machine is what a computer can do at best: the roofline.
type Machine struct {
	FLOPS     float64 // additions and multiplications a second
	Bandwidth float64 // bytes a second from memory
}

// Measure finds the best rates that a backend reaches on this machine: of a
// 512³ matrix product and of adding vectors much larger than the caches. It
// takes about half a second.
func Measure(be backend.Backend) Machine {
	const n, long = 512, 1 << 24
	vectors := [3]backend.View{}
	for i := range vectors {
		vectors[i] = backend.NewView(be.Alloc(long), long)
		be.Fill(vectors[i], 1)
		defer be.Free(vectors[i].Buf)
	}
	var mats [3]backend.View
	for i := range mats {
		mats[i] = backend.NewView(vectors[i].Buf, n, n)
	}
	p := New(be)
	for range 5 {
		p.Binary(backend.Add, vectors[0], vectors[1], vectors[2], backend.Params{})
		p.Gemm(mats[0], mats[1], mats[2], 1, 0, backend.Epilogue{})
	}
	var m Machine
	for _, e := range p.Events() {
		s := e.Duration.Seconds()
		m.FLOPS, m.Bandwidth = max(m.FLOPS, e.FLOPs/s), max(m.Bandwidth, e.Bytes/s)
	}
	return m
}

// floor is the least time an operation can take.
func (m Machine) floor(e Event) float64 {
	return max(e.FLOPs/m.FLOPS, e.Bytes/m.Bandwidth)
}

// row sums events up.
type row struct {
	name                        string
	calls                       int
	seconds, flops, bytes, best float64
}

// WriteTable writes a line for each operation and shape, the costliest first:
// calls, time, share of all time, rates, and the share of the roofline that was
// reached. Operations under 1 % are summed up in the last line but one.
func (p *Profiler) WriteTable(w io.Writer, m Machine) error {
	events := p.Events()
	index := map[string]*row{}
	var rows []*row
	total := &row{name: "all"}
	for _, e := range events {
		name := e.Op + " " + shapeText(e)
		r := index[name]
		if r == nil {
			r = &row{name: name}
			index[name] = r
			rows = append(rows, r)
		}
		for _, r := range []*row{r, total} {
			r.calls++
			r.seconds += e.Duration.Seconds()
			r.flops += e.FLOPs
			r.bytes += e.Bytes
			r.best += m.floor(e)
		}
	}
	slices.SortStableFunc(rows, func(a, b *row) int { return cmp.Compare(b.seconds, a.seconds) })
	rest := &row{name: "the rest"}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "operation\tcalls\tms\ttime\tGFLOP/s\tGB/s\troofline\t")
	for _, r := range rows {
		if r.seconds < total.seconds/100 {
			rest.calls += r.calls
			rest.seconds += r.seconds
			rest.flops += r.flops
			rest.bytes += r.bytes
			rest.best += r.best
			continue
		}
		r.write(t, total)
	}
	if rest.calls > 0 {
		rest.write(t, total)
	}
	total.write(t, total)
	return t.Flush()
}

func (r *row) write(w io.Writer, total *row) {
	s := max(r.seconds, 1e-12)
	fmt.Fprintf(w, "%s\t%d\t%.3f\t%.1f %%\t%.1f\t%.1f\t%.0f %%\t\n",
		r.name, r.calls, 1e3*r.seconds, 100*r.seconds/max(total.seconds, 1e-12), r.flops/s/1e9, r.bytes/s/1e9, 100*r.best/s)
}

func shapeText(e Event) string {
	var b strings.Builder
	for i, d := range e.Shape[:e.Rank] {
		if i > 0 {
			b.WriteByte('x')
		}
		fmt.Fprint(&b, d)
	}
	return b.String()
}

// WriteTrace writes the events in the Trace Event Format, which
// chrome://tracing and ui.perfetto.dev show as a timeline.
func (p *Profiler) WriteTrace(w io.Writer) error {
	type traceEvent struct {
		Name     string         `json:"name"`
		Phase    string         `json:"ph"`
		Start    float64        `json:"ts"` // µs
		Duration float64        `json:"dur"`
		Process  int            `json:"pid"`
		Thread   int            `json:"tid"`
		Args     map[string]any `json:"args"`
	}
	micro := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
	trace := struct {
		Events []traceEvent `json:"traceEvents"`
		Unit   string       `json:"displayTimeUnit"`
	}{Events: []traceEvent{}, Unit: "ms"}
	for _, e := range p.Events() {
		trace.Events = append(trace.Events, traceEvent{
			Name: e.Op, Phase: "X", Start: micro(e.Start), Duration: micro(e.Duration), Process: 1, Thread: 1,
			Args: map[string]any{"shape": shapeText(e), "flops": e.FLOPs, "bytes": e.Bytes},
		})
	}
	return json.NewEncoder(w).Encode(trace)
}

package train_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// logs are the kinds of logs, by the ending of their files.
var logs = map[string]func(string, train.LogOptions) *train.Log{
	"csv":   train.CSV,
	"jsonl": train.JSONL,
}

// session is a part of a run that writes a log: steps with two losses, and a
// validation every third.
type session struct {
	log   *train.Log
	e     train.Event
	first int // step that it begins after
	save  int // step after which a checkpoint is written

	state json.RawMessage // of the log, in the checkpoint
}

func (s *session) run(t *testing.T, last int) {
	t.Helper()
	if s.e.Step == s.first {
		require.NoError(t, s.log.Begin(s.e))
	}
	for s.e.Step < last {
		s.e.Step++
		s.e.Epoch = s.e.Step / 5
		s.e.Elapsed = time.Duration(s.e.Step) * 10 * time.Millisecond
		s.e.Metrics = train.Metrics{{Name: "d", Value: math.Sqrt(float64(s.e.Step))}, {Name: "g", Value: 1 / float64(s.e.Step)}}
		require.NoError(t, s.log.Step(s.e))
		if s.e.Step%3 == 0 {
			e := s.e
			e.Metrics = train.Metrics{{Name: "val_loss", Value: float64(e.Step)}}
			require.NoError(t, s.log.Validated(e))
		}
		if s.e.Step == s.save {
			var err error
			s.state, err = json.Marshal(s.log.State())
			require.NoError(t, err)
		}
	}
}

func (s *session) end(t *testing.T) {
	t.Helper()
	require.NoError(t, s.log.End(train.Report{Event: s.e}, nil))
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestLogs(t *testing.T) {
	want := map[string]string{
		"csv": `step,epoch,seconds,d,g,val_loss
2,0,0.020,1.2071067811865475,0.75,
3,0,0.030,,,3
4,0,0.040,1.8660254037844386,0.29166666666666663,
5,1,0.050,2.23606797749979,0.2,
`,
		"jsonl": `{"step":2,"epoch":0,"seconds":0.020,"d":1.2071067811865475,"g":0.75}
{"step":3,"epoch":0,"seconds":0.030,"val_loss":3}
{"step":4,"epoch":0,"seconds":0.040,"d":1.8660254037844386,"g":0.29166666666666663}
{"step":5,"epoch":1,"seconds":0.050,"d":2.23606797749979,"g":0.2}
`,
	}
	for kind, newLog := range logs {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			s := session{log: newLog(path, train.LogOptions{Every: 2})}
			s.run(t, 5)
			s.end(t)
			assert.Equal(t, want[kind], read(t, path))
		})
	}
}

// A run that is stopped and resumed leaves the log of one that is not: to the
// byte, wherever it is stopped, however much of the log is left and whatever its
// last row was.
func TestLogOfAResumedRun(t *testing.T) {
	for kind, newLog := range logs {
		for _, every := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s/every=%d", kind, every), func(t *testing.T) {
				o := train.LogOptions{Every: every}
				dir := t.TempDir()
				whole := filepath.Join(dir, "whole")
				s := session{log: newLog(whole, o)}
				s.run(t, 20)
				s.end(t)
				want := read(t, whole)

				resume := func(t *testing.T, file string, s session) {
					path := filepath.Join(dir, "resumed")
					require.NoError(t, os.WriteFile(path, []byte(file), 0o666))
					again := session{log: newLog(path, o)}
					again.e.Step, again.first = s.save, s.save
					require.NoError(t, again.log.SetState(s.state))
					again.run(t, 20)
					again.end(t)
					require.Equal(t, want, read(t, path), "from %q", file)
				}
				for _, save := range []int{1, 3, 5, 6, 9} {
					path := filepath.Join(dir, "first")
					first := session{log: newLog(path, o), save: save}
					if first.run(t, save); save == 6 || save == 9 {
						first.run(t, 14) // it was lost; others stop where their checkpoint is
					}
					first.end(t)
					file := read(t, path)
					size := 0 // of what the checkpoint knows of
					for line := range kept(t, kind, file, first.state) {
						size += len(line)
					}
					for ; size <= len(file); size += 11 {
						resume(t, file[:size], first)
					}
				}
			})
		}
	}
}

// kept are the lines of a log that a checkpoint knows of.
func kept(t *testing.T, kind, file string, state json.RawMessage) iter.Seq[string] {
	var s struct{ Rows int }
	require.NoError(t, json.Unmarshal(state, &s))
	if kind == "csv" && s.Rows > 0 {
		s.Rows++ // the header
	}
	return func(yield func(string) bool) {
		for line := range strings.Lines(file) {
			if s.Rows == 0 || !yield(line) {
				return
			}
			s.Rows--
		}
	}
}

// Without a state, rows of later steps are cut off.
func TestLogCutsByStep(t *testing.T) {
	for kind, newLog := range logs {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			s := session{log: newLog(path, train.LogOptions{})}
			s.run(t, 12)
			s.end(t)
			whole := read(t, path)
			torn := whole[:len(whole)-3]
			for step := 1; step <= 12; step++ {
				require.NoError(t, os.WriteFile(path, []byte(torn), 0o666))
				s := session{log: newLog(path, train.LogOptions{}), e: train.Event{Step: step}, first: step}
				s.run(t, 12)
				s.end(t)
				if step < 12 {
					assert.Equal(t, whole, read(t, path), "from step %d", step)
				} else { // its last row was torn
					assert.Equal(t, whole[:strings.LastIndex(torn, "\n")+1], read(t, path))
				}
			}
		})
	}
}

func TestLogBeginsAnew(t *testing.T) {
	for kind, newLog := range logs {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			log := newLog(path, train.LogOptions{})
			for _, name := range []string{"loss", "error"} {
				require.NoError(t, log.Begin(train.Event{}))
				require.NoError(t, log.Step(train.Event{Step: 1, Metrics: train.Metrics{{Name: name, Value: 1}}}))
				require.NoError(t, log.End(train.Report{}, nil))
			}
			assert.NotContains(t, read(t, path), "loss")
			assert.Contains(t, read(t, path), "error")
		})
	}
}

// Names and values that need care come back from the parsers of the formats.
func TestLogIsParsed(t *testing.T) {
	metrics := train.Metrics{
		{Name: `a "loss", with <all> 名前`, Value: 0.1},
		{Name: "nan", Value: math.NaN()},
		{Name: "inf", Value: math.Inf(1)},
		{Name: "minus", Value: math.Inf(-1)},
		{Name: "small", Value: -1e-300},
	}
	path := filepath.Join(t.TempDir(), "log")
	write := func(t *testing.T, newLog func(string, train.LogOptions) *train.Log) {
		log := newLog(path, train.LogOptions{})
		require.NoError(t, log.Begin(train.Event{}))
		require.NoError(t, log.Step(train.Event{Step: 7, Epoch: 2, Elapsed: 1500 * time.Millisecond, Metrics: metrics[:1]}))
		require.NoError(t, log.Validated(train.Event{Step: 7, Metrics: metrics}))
		require.NoError(t, log.End(train.Report{}, nil))
	}
	t.Run("csv", func(t *testing.T) {
		write(t, train.CSV)
		rows, err := csv.NewReader(strings.NewReader(read(t, path))).ReadAll()
		require.NoError(t, err)
		assert.Equal(t, [][]string{
			{"step", "epoch", "seconds", metrics[0].Name, "nan", "inf", "minus", "small"},
			{"7", "2", "1.500", "0.1", "", "", "", ""},
			{"7", "0", "0.000", "0.1", "NaN", "+Inf", "-Inf", "-1e-300"},
		}, rows)
	})
	t.Run("jsonl", func(t *testing.T) {
		require.NoError(t, os.Remove(path))
		write(t, train.JSONL)
		var rows []map[string]any
		for line := range strings.Lines(read(t, path)) {
			var row map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &row))
			rows = append(rows, row)
		}
		assert.Equal(t, []map[string]any{
			{"step": 7., "epoch": 2., "seconds": 1.5, metrics[0].Name: 0.1},
			{"step": 7., "epoch": 0., "seconds": 0., metrics[0].Name: 0.1, "nan": "NaN", "inf": "Infinity", "minus": "-Infinity", "small": -1e-300},
		}, rows)
	})
}

func TestLogWithoutMetrics(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	log := train.CSV(path, train.LogOptions{})
	require.NoError(t, log.Begin(train.Event{}))
	for step := 1; step <= 2; step++ {
		require.NoError(t, log.Step(train.Event{Step: step}))
	}
	require.NoError(t, log.End(train.Report{}, nil))
	assert.Equal(t, "step,epoch,seconds\n1,0,0.000\n2,0,0.000\n", read(t, path))
}

func TestLogEndsWithTheStepsBeforeAFailure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	s := session{log: train.CSV(path, train.LogOptions{Every: 10})}
	s.run(t, 2)
	bad := train.Event{Step: 3, Metrics: train.Metrics{{Name: "d", Value: math.NaN()}}}
	require.NoError(t, s.log.End(train.Report{Event: bad}, &train.NonFiniteError{Step: 3}))
	assert.Equal(t, "step,epoch,seconds,d,g\n2,0,0.020,1.2071067811865475,0.75\n", read(t, path))
}

func TestLogRefuses(t *testing.T) {
	row := `{"step":3,"epoch":0,"seconds":0.1,"loss":2}` + "\n"
	for _, c := range []struct{ kind, name, file, says string }{
		{"csv", "a table", "x,y,label\n1,2,3\n", `begins with "x,y,label\n1,2,3\n"`},
		{"csv", "another log", "step,epoch,seconds_total,loss\n1,0,0.1,2\n", "the first columns are not step,epoch,seconds"},
		{"csv", "a broken row", "step,epoch,seconds,loss\n1,0,0.1,2\n2,0,0.1\n3,0,0.1,2\n", "record on line 3: wrong number of fields"},
		{"csv", "a row without a number", "step,epoch,seconds,loss\none,0,0.1,2\n", "line 2: step"},
		{"csv", "a model", "\x00\x01\x02 no line ends", "is no such log and was left alone"},
		{"jsonl", "a list", "[1, 2, 3]\n", "is no such log and was left alone"},
		{"jsonl", "another log", `{"step":1,"loss":2}` + "\n", "line 1 lacks step, epoch or seconds"},
		{"jsonl", "a broken row", row + `{"step":}` + "\n" + row, "line 2: invalid character"},
	} {
		t.Run(c.kind+"/"+c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			require.NoError(t, os.WriteFile(path, []byte(c.file), 0o666))
			log := logs[c.kind](path, train.LogOptions{})
			err := log.Begin(train.Event{Step: 5})
			require.Error(t, err)
			assert.ErrorContains(t, err, path)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "left alone")
			assert.Equal(t, c.file, read(t, path))
			assert.NoError(t, log.End(train.Report{}, err), "there is nothing to end")
		})
	}
	t.Run("no folder", func(t *testing.T) {
		err := train.CSV(filepath.Join(t.TempDir(), "no", "log.csv"), train.LogOptions{}).Begin(train.Event{})
		assert.ErrorIs(t, err, os.ErrNotExist)
		assert.ErrorContains(t, err, "choose another name")
	})
	t.Run("a device", func(t *testing.T) {
		info, err := os.Stat(os.DevNull)
		if err != nil || info.Mode().IsRegular() {
			t.Skip("no device file here")
		}
		assert.ErrorContains(t, train.CSV(os.DevNull, train.LogOptions{}).Begin(train.Event{}), "not a regular file")
	})
	t.Run("a metric called step", func(t *testing.T) {
		log := train.JSONL(filepath.Join(t.TempDir(), "log"), train.LogOptions{})
		require.NoError(t, log.Begin(train.Event{}))
		err := log.Step(train.Event{Step: 1, Metrics: train.Metrics{{Name: "step", Value: 1}}})
		assert.ErrorContains(t, err, "a metric is called step")
		assert.NoError(t, log.End(train.Report{}, err), "said once")
	})
	t.Run("a state", func(t *testing.T) {
		log := train.CSV("log", train.LogOptions{})
		assert.Error(t, log.SetState(json.RawMessage(`{"Rows":-1}`)))
		assert.Error(t, log.SetState(json.RawMessage(`[]`)))
	})
	assert.Panics(t, func() { train.CSV("log", train.LogOptions{Every: -1}) })
}

// A first line that was cut short is ours, not someone else's.
func TestLogOfACutFirstLine(t *testing.T) {
	for kind, file := range map[string]string{"csv": "step,ep", "jsonl": `{"step":1,"epo`} {
		path := filepath.Join(t.TempDir(), "log")
		require.NoError(t, os.WriteFile(path, []byte(file), 0o666))
		s := session{log: logs[kind](path, train.LogOptions{}), e: train.Event{Step: 1}, first: 1}
		s.run(t, 2)
		s.end(t)
		assert.NotContains(t, read(t, path), file+"\n")
		assert.Regexp(t, regexp.MustCompile(`\b2,`), read(t, path))
	}
}

// What is in memory is in the file when a checkpoint is written.
func TestLogIsWrittenBeforeACheckpoint(t *testing.T) {
	for kind, newLog := range logs {
		path := filepath.Join(t.TempDir(), "log")
		s := session{log: newLog(path, train.LogOptions{}), save: 4}
		s.run(t, 4)
		assert.Contains(t, read(t, path), "0.040", kind)
		s.end(t)
	}
}

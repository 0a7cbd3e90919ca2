package recipe

import (
	"fmt"
	"time"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe/machine"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

// shownText is how much of a text has room in a row of samples.
const shownText = 240

// writeReport leaves the run's story as one page.
func (s *session[B]) writeReport(r Result) error {
	samples, err := readSamples(s.run.Samples())
	if err != nil {
		return err
	}
	chapter := report.Chapter{Title: "Samples", Samples: samples, Curves: curves(s.history, s.Axis, s.Remark)}
	if n := len(samples); n > 0 {
		chapter.Final, chapter.Samples = samples[n-1:], samples[:n-1]
	}
	for i := range samples {
		if samples[i].Aligned = s.Aligned; !s.Aligned && i < len(chapter.Samples) {
			samples[i].Text = words.Shortened(samples[i].Text, shownText)
		}
	}
	page := &report.Report{
		Title:    s.Title,
		Intro:    fmt.Sprintf("%s. %s", s.Plan(), r.Summary()),
		Chapters: []report.Chapter{chapter},
		Facts: append(r.Facts, []report.Facts{
			{Title: "Time and energy", Settings: append(s.effort(r), s.waiting(r)...)},
			{Title: "Configuration", Settings: withoutZeros(s.o.Settings), Remark: "The file config.yaml beside this page has the same."},
			{Title: "Machine", Settings: machineFacts()},
		}...),
	}
	return s.run.Write(s.run.Report(), page.Write)
}

// curves draws what a run measured, steps and validations in one chart where
// they measure the same.
func curves(h *train.History, axis, remark string) []report.Curve {
	setDefault(&axis, "loss")
	c := report.Curve{Title: "Losses", Axis: axis, Remark: remark}
	for i, name := range h.Names {
		c.Series = append(c.Series, line(name, h.Points, i))
	}
	out := []report.Curve{c}
	for i, name := range h.ValNames {
		s := line(name, h.ValPoints, i)
		if name == "val_loss" {
			out[0].Series = append(out[0].Series, s)
			continue
		}
		out = append(out, report.Curve{Title: name, Axis: name, Series: []report.Series{s}})
	}
	return out
}

func line(name string, points []train.Point, i int) report.Series {
	s := report.Series{Name: name}
	for _, p := range points {
		s.Steps, s.Values = append(s.Steps, p.Step), append(s.Values, p.Values[i])
	}
	return s
}

// effort is what a run cost.
func (s *session[B]) effort(r Result) []report.Setting {
	facts := []report.Setting{{Name: "steps", Value: words.Thousands(r.Step)}}
	if s.Unit != "" {
		facts = append(facts, report.Setting{Name: s.Unit, Value: words.Thousands(r.Step * s.PerStep)})
	}
	facts = append(facts,
		report.Setting{Name: "training time", Value: r.Elapsed.Round(time.Second / 10).String()},
		report.Setting{Name: "energy", Value: machine.EnergyText(r.Elapsed)})
	if took := r.Elapsed.Seconds(); took > 0 {
		speed := words.Rate(float64(r.Step)/took) + " steps/s"
		if s.Unit != "" {
			speed += fmt.Sprintf(", %s %s/s", words.Rate(float64(r.Step*s.PerStep)/took), s.Unit)
		}
		facts = append(facts, report.Setting{Name: "speed", Value: speed})
	}
	if r.Best != nil {
		facts = append(facts, report.Setting{Name: "best validation", Value: fmt.Sprintf("%s %.4f after %s", r.Best.Metric, r.Best.Value, words.Count(r.Best.Step, "step"))})
	}
	return facts
}

// waiting is the share of the time that steps waited for data.
func (s *session[B]) waiting(r Result) []report.Setting {
	run := r.Elapsed - s.start.elapsed
	if run <= 0 {
		return nil
	}
	return []report.Setting{{Name: "waiting for data", Value: fmt.Sprintf("%.2f %% of the time", 100*r.Waited.Seconds()/run.Seconds())}}
}

func machineFacts() (out []report.Setting) {
	for _, f := range machine.Facts() {
		out = append(out, report.Setting{Name: f.Name, Value: f.Value})
	}
	return out
}

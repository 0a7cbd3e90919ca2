package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/org/artnn/cmd/artnn/internal/machine"
	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/train"
)

// writeReport leaves the run's story as one page.
func (s *session[B]) writeReport(r train.Report) error {
	samples, err := readSamples(s.run.Samples())
	if err != nil {
		return err
	}
	for i := range samples {
		samples[i].Aligned = s.aligned
	}
	chapter := report.Chapter{Title: "Samples", Samples: samples, Curves: curves(s.history, s.axis, s.remark)}
	if n := len(samples); n > 0 {
		chapter.Final, chapter.Samples = samples[n-1:], samples[:n-1]
		for i, sample := range chapter.Samples {
			if !s.aligned { // a row of them has little room
				chapter.Samples[i].Text = shortened(sample.Text, 240)
			}
		}
	}
	page := &report.Report{
		Title:    s.title,
		Intro:    fmt.Sprintf("%s. %s", s.plan(), strings.Split(s.summary(r), "\n")[0]),
		Chapters: []report.Chapter{chapter},
		Facts: append(s.outcome.facts, []report.Facts{
			{Title: "Time and energy", Settings: append(effort(r, s.unit, s.perStep), s.waiting(r)...)},
			{Title: "Configuration", Settings: configuration(settings.Values(s.kong)), Remark: "The file config.yaml beside this page has the same, for --config."},
			{Title: "Machine", Settings: machineFacts()},
		}...),
	}
	return s.run.Write(s.run.Report(), page.Write)
}

// curves draws what a run measured, steps and validations in one chart where
// they measure the same.
func curves(h *train.History, axis, remark string) []report.Curve {
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
func effort(r train.Report, unit string, perStep int) []report.Setting {
	facts := []report.Setting{
		{Name: "steps", Value: countText(r.Step)},
		{Name: unit, Value: countText(r.Step * perStep)},
		{Name: "training time", Value: r.Elapsed.Round(time.Second / 10).String()},
		{Name: "energy", Value: machine.EnergyText(r.Elapsed)},
	}
	if s := r.Elapsed.Seconds(); s > 0 {
		facts = append(facts, report.Setting{Name: "speed", Value: fmt.Sprintf("%s steps/s, %s %s/s", rate(float64(r.Step)/s), rate(float64(r.Step*perStep)/s), unit)})
	}
	if r.Best != nil {
		facts = append(facts, report.Setting{Name: "best validation", Value: fmt.Sprintf("%s %.4f after %d steps", r.Best.Metric, r.Best.Value, r.Best.Step)})
	}
	return facts
}

// waiting is the share of the time that steps waited for data.
func (s *session[B]) waiting(r train.Report) []report.Setting {
	run := r.Elapsed - s.start.elapsed
	if run <= 0 {
		return nil
	}
	return []report.Setting{{Name: "waiting for data", Value: fmt.Sprintf("%.2f %% of the time", 100*r.Waited.Seconds()/run.Seconds())}}
}

func configuration(values []settings.Value) (out []report.Setting) {
	for _, v := range values {
		if v.Text == "0" || v.Text == "0s" { // bounds and options that are off
			continue
		}
		out = append(out, report.Setting{Name: v.Name, Value: v.Text})
	}
	return out
}

func machineFacts() (out []report.Setting) {
	for _, f := range machine.Facts() {
		out = append(out, report.Setting{Name: f.Name, Value: f.Value})
	}
	return out
}

//go:build unix

package main

import (
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
)

func TestMain(m *testing.M) { maintest.Main(m, main) }

func TestErrors(t *testing.T) {
	for args, want := range map[string]string{
		"-n 0":            "-n must be positive, got 0",
		"-n -1":           "-n must be positive and -measure not negative, got -1 and 1000",
		"-measure -2":     "-measure not negative, got 10 and -2",
		"-temperature -1": "temperature",
		"-top-p 2":        "top-p",
		"-prompt 春风":      "-prompt: the model does not know '风'",
		"-prompt 春風，":     `does not begin as the form does: it leaves it at byte 6, "，"`,
	} {
		maintest.Fails(t, "quatrains", strings.Fields(args), want)
	}
}

func TestProgram(t *testing.T) {
	r := maintest.Run(t, "-n", "2", "-measure", "0")
	if r.Status != 0 || r.Err != "" || strings.Count(r.Out, "\n") != 5 {
		t.Errorf("%+v", r)
	}
	if again := maintest.Run(t, "-n", "2", "-measure", "0"); again != r {
		t.Errorf("%+v, and then %+v", r, again)
	}
}

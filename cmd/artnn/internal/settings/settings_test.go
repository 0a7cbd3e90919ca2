package settings

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// program is a command line with a flag of each type.
type program struct {
	Paint struct {
		Config fromFile      `conf:"-"`
		Resume fromRun       `conf:"-"`
		Name   string        `group:"look"`
		Size   int           `default:"8"`
		Rate   float64       `default:"0.5"`
		Clip   *float64      `optional:""`
		Gray   *bool         `negatable:""`
		Flip   bool          ``
		Hidden []int         ``
		Kind   string        `group:"look" default:"oil" enum:"oil,ink"`
		Time   time.Duration `default:"10m" conf:"free"`
		Quiet  bool          `conf:"-"`
	} `cmd:""`
	Other struct{} `cmd:""`
}

type fromFile string

func (fromFile) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	f, err := Read(string(ctx.FlagValue(trace.Flag).(fromFile)), ctx)
	if err == nil {
		ctx.AddResolver(f.Resolver())
	}
	return err
}

type fromRun string

func (fromRun) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	f, err := Read(string(ctx.FlagValue(trace.Flag).(fromRun)), ctx)
	if err != nil {
		return err
	}
	if err := f.Contradictions(ctx); err != nil {
		return err
	}
	ctx.AddResolver(f.Resolver())
	return nil
}

func parseArgs(t *testing.T, args ...string) (*program, *kong.Context, error) {
	t.Helper()
	p := &program{}
	k, err := kong.New(p, kong.ExplicitGroups([]kong.Group{{Key: "look", Title: "Look:"}}))
	require.NoError(t, err)
	ctx, err := k.Parse(append([]string{"paint"}, args...))
	return p, ctx, err
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "c.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	return path
}

func TestFileGivesWhatTheCommandLineLeavesOpen(t *testing.T) {
	path := file(t, "name: '42'\nsize: 16\nrate: 1\nclip: 0\ngray: false\nflip: true\nhidden: [3, 5]\nkind: ink\ntime: 90s\n")
	p, _, err := parseArgs(t, "--config", path, "--size=32", "--quiet")
	require.NoError(t, err)
	c := p.Paint
	assert.Equal(t, "42", c.Name)
	assert.Equal(t, 32, c.Size, "the command line takes precedence")
	assert.Equal(t, 1.0, c.Rate)
	assert.Equal(t, 0.0, *c.Clip, "zero is not the same as open")
	assert.False(t, *c.Gray)
	assert.True(t, c.Flip)
	assert.Equal(t, []int{3, 5}, c.Hidden)
	assert.Equal(t, "ink", c.Kind)
	assert.Equal(t, 90*time.Second, c.Time)

	p, _, err = parseArgs(t, "--config", file(t, `{"size": 4, "hidden": [7], "command": "paint"}`))
	require.NoError(t, err, "JSON is YAML too")
	assert.Equal(t, 4, p.Paint.Size)
	assert.Equal(t, 0.5, p.Paint.Rate, "and defaults stay")
	assert.Nil(t, p.Paint.Clip)

	_, _, err = parseArgs(t, "--config", file(t, "# nothing\n"))
	assert.NoError(t, err)
}

func TestMistakesInAFile(t *testing.T) {
	for text, want := range map[string]string{
		"siez: 3":                    `c.yaml:1: siez: unknown key; did you mean "size"?`,
		"\n\nquiet: true":            `c.yaml:3: quiet: unknown key`,
		"size: big":                  `size: expected a whole number, got "big"`,
		"size: '3'":                  `size: expected a whole number, got "3"`,
		"size: 1.5":                  `size: expected a whole number, got "1.5"`,
		"size: [1]":                  `size: expected a whole number`,
		"size:":                      `size: expected a whole number`,
		"size: 99999999999999999999": `size: expected a whole number`,
		"rate: fast":                 `rate: expected a number, got "fast"`,
		"flip: 1":                    `flip: expected true or false, got "1"`,
		"hidden: {a: 1}":             `hidden: expected a list`,
		"hidden: [1, x]":             `hidden: expected a whole number, got "x"`,
		"time: 600":                  `time: expected a time, such as 90s, 10m or 2h, got "600"`,
		"kind: oli":                  `kind: "oli" is none of oil, ink`,
		"size: 1\nsize: 2":           `c.yaml:2: size: the key is there twice`,
		"a: [":                       `not YAML or JSON`,
		"- 1":                        `expected lines of the form "key: value"`,
		"command: other":             `the file is for "artnn other", not for "artnn paint"`,
		"name: [a]":                  `name: expected a text`,
	} {
		_, _, err := parseArgs(t, "--config", file(t, text))
		assert.ErrorContains(t, err, want, text)
	}
	_, _, err := parseArgs(t, "--config", filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = parseArgs(t, "--config", file(t, string(make([]byte, maxFile+1))))
	assert.ErrorContains(t, err, "too many")
	if _, err := os.Stat("/dev/zero"); err == nil {
		_, _, err = parseArgs(t, "--config", "/dev/zero")
		assert.ErrorContains(t, err, "/dev/zero")
	}
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	first, ctx, err := parseArgs(t, "--name", "yes: #1", "--rate=1e-05", "--no-gray", "--hidden=3,5", "--kind=ink", "--time=1h", "--quiet")
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, Write(&b, ctx))
	text := b.String()
	assert.Contains(t, text, "command: paint\n")
	assert.Contains(t, text, "\n# Look\nname: 'yes: #1'\nkind: ink\n", "one heading for all of a group")
	assert.Contains(t, text, "time: 1h\n")
	assert.NotContains(t, text, "clip", "what is not set is not there")
	assert.NotContains(t, text, "quiet", "no setting")

	second, _, err := parseArgs(t, "--config", file(t, text))
	require.NoError(t, err)
	first.Paint.Quiet, second.Paint.Config = false, ""
	assert.Equal(t, first, second)
}

func TestContradictions(t *testing.T) {
	path := file(t, "size: 16\nhidden: [3, 5]\ntime: 1m\nrate: 0.1\n")
	p, _, err := parseArgs(t, "--resume", path, "--size=16", "--hidden=3,5", "--time=2m", "--rate=1e-1")
	require.NoError(t, err, "the same values and a longer time are no contradiction")
	assert.Equal(t, 2*time.Minute, p.Paint.Time)

	_, _, err = parseArgs(t, "--resume", path, "--size=32", "--hidden=3", "--kind=ink", "--no-gray")
	require.Error(t, err)
	for _, want := range []string{path, "--size is 16 there, 32 here", "--hidden is 3,5 there, 3 here", "--kind is oil there, ink here", "--gray is not set there, false here"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestNearestName(t *testing.T) {
	names := []string{"accumulate", "batch", "lr", "label-smoothing"}
	for typed, want := range map[string]string{
		"learning-rate":  "lr",
		"batch-size":     "batch",
		"acumulate":      "accumulate",
		"label-smoothin": "label-smoothing",
		"":               "lr",
		"-":              "lr",
	} {
		assert.Equal(t, want, nearest(typed, names), typed)
	}
}

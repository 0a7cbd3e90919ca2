package complete_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/cmd/artnn/internal/complete"
)

type program struct {
	Paint struct {
		Wall struct {
			Colour string `short:"c" enum:"red,blue" default:"red" help:"It's one of [two]: red or blue."`
			Coats  int    `help:"How many."`
			Dry    bool
			Place  string `arg:"" optional:""`
		} `cmd:"" help:"Paint a wall."`
		Door struct{} `cmd:""`
	} `cmd:"" help:"Paint something."`
	Pick struct {
		Tool string `arg:"" enum:"brush,roller"`
	} `cmd:"" help:"Pick a tool."`
	Secret struct{} `cmd:"" hidden:""`
}

func script(t *testing.T, shell string) string {
	t.Helper()
	k, err := kong.New(&program{}, kong.Name("deco"))
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, complete.Script(&b, k.Model, shell))
	assert.NotContains(t, b.String(), "secret")
	return b.String()
}

// shell runs a script in a shell, if the machine has it.
func shell(t *testing.T, name, text string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("there is no %s on this machine", name)
	}
	c := exec.Command(path)
	if name == "zsh" {
		c.Args = append(c.Args, "-f")
	}
	c.Stdin = strings.NewReader(text)
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// cases are command lines, the last word under way, and what may be there.
var cases = map[string][]string{
	"deco ":                         {"paint", "pick"},
	"deco pa":                       {"paint"},
	"deco paint ":                   {"wall", "door"},
	"deco paint wall --c":           {"--colour", "--coats"},
	"deco paint wall --colour ":     {"red", "blue"},
	"deco paint wall --dry -c b":    {"blue"},
	"deco pick r":                   {"roller"},
	"deco paint wall --coats 2 --d": {"--dry"},
}

func TestBash(t *testing.T) {
	var text strings.Builder
	text.WriteString(script(t, "bash"))
	for line := range cases {
		words := strings.Split(line, " ")
		fmt.Fprintf(&text, "COMP_WORDS=(%s ''); COMP_CWORD=%d; COMP_WORDS[%d]='%s'; _deco; echo '%s' : ${COMPREPLY[@]}\n",
			strings.Join(words, " "), len(words)-1, len(words)-1, words[len(words)-1], line)
	}
	out := shell(t, "bash", text.String())
	for line, want := range cases {
		assert.Contains(t, out, line+" : "+strings.Join(want, " ")+"\n")
	}
}

func TestFish(t *testing.T) {
	var text strings.Builder
	text.WriteString("function deco; end\n" + script(t, "fish"))
	for line := range cases {
		fmt.Fprintf(&text, "echo '%s' : (complete -C '%s' | string replace -r '\\t.*' '' | sort)\n", line, line)
	}
	out := shell(t, "fish", text.String())
	for line, want := range cases {
		for _, w := range want {
			assert.Regexp(t, "(?m)^"+line+" :.* "+w+"( |$)", out)
		}
	}
	assert.NotContains(t, out, "deco paint wall --colour  : --")
}

func TestZsh(t *testing.T) {
	text := script(t, "zsh")
	assert.Contains(t, text, `'--colour=[It'\''s one of \[two\]]:value:(red blue)'`)
	assert.Contains(t, text, `'wall:Paint a wall'`)
	assert.Contains(t, text, `'1: :(brush roller)'`)
	out := shell(t, "zsh", "autoload -U compinit; compinit -u -D\n"+text+"\necho $_comps[deco] $+functions[_deco_paint_wall]\n")
	assert.Equal(t, "_deco 1\n", out)
}

func TestOtherShell(t *testing.T) {
	assert.ErrorContains(t, complete.Script(&bytes.Buffer{}, &kong.Application{Node: &kong.Node{}}, "tcsh"), "bash, zsh and fish")
}

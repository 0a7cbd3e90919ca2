package preview

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/charmbracelet/x/ansi/sixel"
)

func TestDetect(t *testing.T) {
	for want, envs := range map[Mode][]map[string]string{
		Kitty:  {{"KITTY_WINDOW_ID": "1"}, {"TERM": "xterm-kitty"}, {"TERM_PROGRAM": "ghostty"}},
		ITerm2: {{"TERM_PROGRAM": "iTerm.app"}, {"TERM_PROGRAM": "WezTerm", "COLORTERM": "truecolor"}},
		Sixel:  {{"TERM": "foot"}, {"TERM": "mlterm-256color"}},
		Blocks: {{"COLORTERM": "truecolor"}, {"COLORTERM": "24bit", "TERM": "xterm-kitty", "TMUX": "/tmp/x"}},
		Off:    {{}, {"TERM": "xterm-256color"}},
	} {
		for _, env := range envs {
			assert.Equal(t, want, Detect(func(k string) string { return env[k] }), "%v", env)
		}
	}
}

func twoByThree() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 2, 3))
	for i := range 6 {
		m.Set(i%2, i/2, color.RGBA{uint8(10 * (i + 1)), 0, 0, 255})
	}
	return m
}

func TestBlocksHaveTwoPixelsToACell(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Write(&b, twoByThree(), Blocks, 80))
	assert.Equal(t, "\x1b[38;2;10;0;0m\x1b[48;2;30;0;0m▀\x1b[38;2;20;0;0m\x1b[48;2;40;0;0m▀\x1b[0m\n"+
		"\x1b[38;2;50;0;0m▀\x1b[38;2;60;0;0m▀\x1b[0m\n", b.String())

	b.Reset()
	require.NoError(t, Write(&b, image.NewRGBA(image.Rect(0, 0, 300, 100)), Blocks, 60))
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	assert.Len(t, lines, 10)
	assert.Equal(t, 60, strings.Count(lines[0], "▀"))
}

// payload finds what a protocol carries between its frame.
func payload(t *testing.T, s, frame string) string {
	t.Helper()
	m := regexp.MustCompile(frame).FindStringSubmatch(s)
	require.NotNil(t, m, "%.60q", s)
	return m[1]
}

func TestProtocolsCarryThePicture(t *testing.T) {
	small := twoByThree()
	for mode, frame := range map[Mode]string{
		Kitty:  "(?s)^\x1b_G[^;]*;(.*)\x1b\\\\\n$",
		ITerm2: "(?s)^\x1b\\]1337;File=[^:]*inline=1[^:]*:(.*)\x07\n$",
	} {
		var b bytes.Buffer
		require.NoError(t, Write(&b, small, mode, 80))
		raw, err := base64.StdEncoding.DecodeString(payload(t, b.String(), frame))
		require.NoError(t, err, mode)
		m, err := png.Decode(bytes.NewReader(raw))
		require.NoError(t, err, mode)
		assert.Equal(t, image.Rect(0, 0, 8, 12), m.Bounds(), "%s: four times as large", mode)
		assert.Equal(t, color.RGBAModel.Convert(small.At(1, 2)), color.RGBAModel.Convert(m.At(7, 11)), mode)
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, small, Sixel, 80))
	m, err := new(sixel.Decoder).Decode(strings.NewReader(payload(t, b.String(), "(?s)^\x1bP[0-9;]*q(.*)\x1b\\\\\n$")))
	require.NoError(t, err)
	assert.Equal(t, 8, m.Bounds().Dx())
}

func TestOffShowsNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Write(&b, twoByThree(), Off, 80))
	assert.Empty(t, b.String())
}

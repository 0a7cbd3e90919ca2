package visible_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/cmd/artnn/internal/visible"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, text, want, line string }{
		{"plain", "a b, 春風　ß €", "a b, 春風　ß €", "a b, 春風　ß €"},
		{"line ends and tabs", "a\tb\n", "a\tb\n", `a\tb\n`},
		{"colour and bell", "\x1b[31mred\x07", `\x1b[31mred\a`, `\x1b[31mred\a`},
		{"window title", "\x1b]0;x\x9c", `\x1b]0;x\x9c`, `\x1b]0;x\x9c`},
		{"C1", "\u009b31m", `\u009b31m`, `\u009b31m`},
		{"overwrites its line", "bad\rgood", `bad\rgood`, `bad\rgood`},
		{"deletes", "a\x7f\b", `a\x7f\b`, `a\x7f\b`},
		{"null", "\x00", `\x00`, `\x00`},
		{"turns the order round", "a\u202egpj.exe\u2066", `a\u202egpj.exe\u2066`, `a\u202egpj.exe\u2066`},
		{"not UTF-8", "a\xff\xc3", `a\xff\xc3`, `a\xff\xc3`},
		{"the replacement character itself", "a\ufffdb", "a\ufffdb", "a\ufffdb"},
		{"joined emoji and marks", "👩\u200d🎨 \u200fא", "👩\u200d🎨 \u200fא", "👩\u200d🎨 \u200fא"},
		{"backslash and quotes", `a\"'`, `a\"'`, `a\"'`},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, visible.Text(c.text))
			assert.Equal(t, c.line, visible.Line(c.text))
		})
	}
}

// Whatever is written, in whatever pieces, comes out as its Text does, without a
// control character.
func FuzzWriter(f *testing.F) {
	f.Add("春\x1b[0m\xe6\x98", 1)
	f.Add("\xf0\x9f\x8e\xa8\xf0\x9f", 2)
	f.Add("plain", 3)
	f.Fuzz(func(t *testing.T, text string, piece int) {
		piece = max(1, piece)
		var out bytes.Buffer
		w := visible.NewWriter(&out)
		for rest := text; rest != ""; {
			n := min(piece, len(rest))
			m, err := w.Write([]byte(rest[:n]))
			require.NoError(t, err)
			require.Equal(t, n, m)
			rest = rest[n:]
		}
		require.NoError(t, w.Flush())
		require.Equal(t, visible.Text(text), out.String())
		require.True(t, utf8.ValidString(out.String()))
		require.Equal(t, -1, strings.IndexFunc(out.String(), func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t'
		}))
		require.NotContains(t, visible.Line(text), "\n")
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriteErrors(t *testing.T) {
	n, err := visible.NewWriter(full{}).Write([]byte("a"))
	assert.Zero(t, n)
	assert.EqualError(t, err, "full")
}

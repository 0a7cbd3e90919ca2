package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// onPTY runs the program on a terminal of 80 columns and returns what that was
// sent.
func onPTY(t *testing.T, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here")
	}
	defer master.Close()
	fd := int(master.Fd())
	require.NoError(t, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), beTheProgram+"=1", "COLORTERM=", "TERM=xterm", "TERM_PROGRAM=", "KITTY_WINDOW_ID=", "LC_TERMINAL=")
	c.Stdout, c.Stderr = slave, slave
	require.NoError(t, c.Start())
	slave.Close()
	var sent bytes.Buffer
	_, _ = io.Copy(&sent, master) // ends with an error when the program does
	require.NoError(t, c.Wait(), sent.String())
	return sent.String()
}

// cursor is how the bar is redrawn.
var cursor = regexp.MustCompile(`\x1b\[\d*[AJK]`)

// On a terminal there is a bar that fits it, and no command of a file reaches it.
// The run is long enough for the bar to be drawn again, every 150 ms.
func TestTerminal(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	sent := onPTY(t, append([]string{"train", "text", "--data", textFile(t, 30_000), "-o", out, "--steps=600", "--preview=off"}, smallText...)...)
	require.Regexp(t, cursor, sent, "the bar is redrawn")
	assert.Regexp(t, `text .*100 %.*step 600`, sent)
	for _, line := range strings.FieldsFunc(cursor.ReplaceAllString(sent, "\n"), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if strings.HasPrefix(strings.TrimSpace(line), "text") {
			assert.LessOrEqual(t, len([]rune(line)), 80, line)
		}
	}
	assertHarmless(t, strings.ReplaceAll(cursor.ReplaceAllString(sent, ""), "\r", ""))

	// Both losses of a GAN are there, in as many columns.
	sent = onPTY(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", filepath.Join(t.TempDir(), "run"), "--steps=300", "--preview=off"}, smallImage...)...)
	assert.Regexp(t, `pictures .*[1-9]\d %  \d+s left .*discriminator \d+\.\d{3}  generator \d+\.\d{3}`, sent)

	sent = onPTY(t, "find", filepath.Join(facesFolder(t, 1), "000.png"), "--steps=1500", "-o", filepath.Join(t.TempDir(), "f.safetensors"), "--preview=off")
	assert.Regexp(t, `find .*[1-9]\d %  \d+s left  step \d+ .*loss 0\.\d{3}`, sent, "a search has a bar, too")

	assertHarmless(t, strings.ReplaceAll(onPTY(t, "generate", "text", "-m", hostileModel(t, t.TempDir()), hostile, "-n", "200"), "\r", ""))
	help := strings.ReplaceAll(onPTY(t, "train", "mlp", "--help"), "\r", "")
	assert.Equal(t, call(t, "train", "mlp", "--help").out, help)
}

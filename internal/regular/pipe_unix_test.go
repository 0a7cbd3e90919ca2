//go:build unix

package regular

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What would wait for ever is refused at once, and a link to it too.
func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	t.Chdir(t.TempDir()) // names of sockets must be short
	require.NoError(t, syscall.Mkfifo("pipe", 0o666))
	require.NoError(t, os.Symlink("pipe", "link"))
	listener, err := net.Listen("unix", "socket")
	require.NoError(t, err)
	defer listener.Close()
	for name, want := range map[string]string{"pipe": "a named pipe", "link": "a named pipe", "socket": "a socket", "/dev/null": "a device"} {
		for _, open := range []func(string) (*os.File, error){Open, OpenStream} {
			_, err := open(name)
			assert.ErrorContains(t, err, want)
			assert.ErrorContains(t, err, filepath.Base(name))
		}
	}
}

// A pipe that the process has open, as a shell makes of <(command), can be read.
func TestOpenStreamTakesDescriptors(t *testing.T) {
	if _, err := os.Stat("/dev/fd"); err != nil {
		t.Skip("no /dev/fd")
	}
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	go func() {
		io.WriteString(w, "text")
		w.Close()
	}()
	name := fmt.Sprintf("/dev/fd/%d", r.Fd())
	_, err = Open(name)
	assert.ErrorContains(t, err, "a named pipe")
	f, err := OpenStream(name)
	require.NoError(t, err)
	defer f.Close()
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "text", string(text))
}

package tensorboard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const prefix = "events.out.tfevents."

// createFile makes a new events file in dir whose name comes after those of
// the files that are there, for that is the order in which they are read. The
// name tells the time, so it may have to be put forward: when a run is resumed
// within a second, or after the clock was set back.
func createFile(dir string, unix int64) (f *os.File, earlier bool, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, false, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, false, err
	}
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok {
			continue
		}
		earlier = true
		seconds, _, _ := strings.Cut(rest, ".")
		// The name of a file that someone else made up may not be a time; those
		// with more than ten digits sort as text and can be no later.
		if t, err := strconv.ParseInt(seconds, 10, 64); err == nil && len(seconds) == 10 {
			unix = max(unix, t+1)
		}
	}
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost" // not every system has names, and it only tells files apart
	}
	for range 100 { // of processes that start in the same second, each takes another
		name := fmt.Sprintf("%s%010d.%s.%d", prefix, unix, host, os.Getpid())
		f, err = os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
		unix++
	}
	return f, earlier, err
}

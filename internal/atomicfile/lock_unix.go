//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"
	"syscall"
)

// renamesOpen says that a file may be renamed and removed while it is open.
const renamesOpen = true

// lock takes a file for this process until it is closed. It reports whether nobody
// else has it, if that can be known.
func lock(f *os.File) (free, known bool) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, true
		default:
			return err == nil, err == nil
		}
	}
}

package cpu

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	hugePage = 2 << 20
	// hugeMin is the block size in bytes from which large pages are asked for.
	hugeMin = 4 << 20
)

// adviseHuge asks for large pages under the whole pages of a big block: its
// first touch then faults 512 times less often, and a matrix of hundreds of
// megabytes does not thrash the TLB. It is advice, so failure is no error.
func adviseHuge(mem []float32) {
	if len(mem)*4 < hugeMin {
		return
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(mem))), len(mem)*4)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(b)))%hugePage) & (hugePage - 1)
	if end := skip + (len(b)-skip)&^(hugePage-1); end > skip {
		_ = unix.Madvise(b[skip:end], unix.MADV_HUGEPAGE)
	}
}

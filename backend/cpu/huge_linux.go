package cpu

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	hugePage = 2 << 20
	// hugeMin is the block size in bytes from which large pages are asked for. A
	// training step of a small GPT took 211 ms without, 213 ms from 4 MiB, 175 ms
	// from 1 MiB, and 173 ms from 128 KiB.
	hugeMin = 256 << 10
)

// adviseHuge asks for large pages under a block, and under what shares its first and
// last one: the neighbours of a block are other blocks. Its first touch then faults
// 512 times less often, and its use does not thrash the TLB, which costs most in a
// virtual machine: there one core read 13 GB/s of memory in large pages, and 5.5 in
// small ones. It is advice, so failure is no error.
func adviseHuge(mem []float32) {
	if len(mem)*4 < hugeMin {
		return
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(mem)))
	end := start + uintptr(len(mem)*4)
	start, end = start&^(hugePage-1), (end+hugePage-1)&^(hugePage-1)
	// Not unix.Madvise: a slice of more than the block would be none of Go's memory.
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, start, end-start, unix.MADV_HUGEPAGE)
}

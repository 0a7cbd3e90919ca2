package asm

import (
	"syscall"
	"unsafe"

	"github.com/klauspost/cpuid/v2"
)

// guardedMemory gives n numbers that fill whole pages with a forbidden page on
// either side, so that a stray access stops the test.
//
// QEMU's emulation of amd64 touches the lanes that a masked load leaves out,
// which processors do not; there canaries have to do.
func guardedMemory(n int) []float32 {
	if cpuid.CPU.HypervisorVendorID == cpuid.QEMU {
		return make([]float32, n)
	}
	page := syscall.Getpagesize()
	size := 4 * n
	if size%page != 0 {
		panic("guarded memory must fill its pages")
	}
	mem, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	for _, wall := range [][]byte{mem[:page], mem[page+size:]} {
		if err := syscall.Mprotect(wall, syscall.PROT_NONE); err != nil {
			panic(err)
		}
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mem[page])), n)
}

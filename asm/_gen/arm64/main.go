// Command arm64 prints the NEON kernels of package asm.
//
// Go's arm64 assembler lacks much of Advanced SIMD arithmetic, so those
// instructions are WORDs, each with its mnemonic beside it. The tests hold the
// committed files against this program and every WORD against an independent
// disassembler.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// programs writes every kernel anew.
func programs() []*program {
	return []*program{
		gemmFile(), gemmEdgeFile(), gemmDotFile(), int8File(), binaryFile(), compareFile(), unaryFile(), scalarFile(),
		reduceFile(), packFile(), mathFile(), gradFile(), optimFile(), lstmFile(), rotateFile(), philoxFile(), winogradFile(),
	}
}

// files is the text of every file.
func files() map[string]string {
	out := map[string]string{}
	for _, p := range programs() {
		out[p.name+".s"], out[p.name+".go"] = p.String(), p.Declarations()
	}
	return out
}

func main() {
	dir := flag.String("dir", "../..", "directory of package asm")
	flag.Parse()
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(*dir, name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// Command amd64 prints the AVX2 and AVX-512 kernels of package asm: for each
// family a file of assembly and a file of Go declarations.
//
//	go run ./amd64 DIRECTORY
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set.
type isa struct {
	suffix    string // of the names of its kernels
	lanes     int    // float32 in a vector
	registers int    // vectors that there are registers for
}

var (
	avx2   = isa{"AVX2", 8, 16}
	avx512 = isa{"AVX512", 16, 32}
)

// family is what goes into one pair of files, NAME_amd64.s and NAME_amd64.go.
type family struct {
	name string
	emit func(*gen)
	isa  isa
}

var families = []family{
	{"binary_avx2", emitBinary, avx2},
	{"unary_avx2", emitUnary, avx2},
	{"exp_avx2", emitExp, avx2},
	{"grad_avx2", emitGrad, avx2},
	{"reduce_avx2", emitReduce, avx2},
	{"optim_avx2", emitOptim, avx2},
	{"lstm_avx2", emitLSTM, avx2},
	{"rotate_avx2", emitRotate, avx2},
	{"philox_avx2", emitPhilox, avx2},
	{"gemm_avx2", emitGemm, avx2},
	{"dot_avx2", emitDot, avx2},
	{"int8_avx2", emitInt8, avx2},
	{"pack_avx2", emitPack, avx2},
	{"gemm_avx512", emitWide, avx512},
	{"inplace_avx512", emitInPlace, avx512},
	{"exp_avx512", emitExp, avx512},
	{"grad_avx512", emitGrad, avx512},
	{"lstm_avx512", emitLSTM, avx512},
	{"philox_avx512", emitPhiloxWide, avx512},
	{"winograd_avx2", emitWinograd, avx2},
	{"winograd_avx512", emitWinograd, avx512},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: amd64 DIRECTORY")
	}
	for _, f := range families {
		if err := f.write(os.Args[1]); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
}

// write emits the family's two files.
func (f *family) write(dir string) error {
	g := &gen{Context: build.NewContext(), isa: f.isa, consts: map[string]operand.Mem{}}
	g.ConstraintExpr("!purego")
	f.emit(g)
	file, err := g.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	if err := checkRegisters(file, f.isa.registers); err != nil {
		return err
	}
	cfg := printer.Config{Argv: []string{"asm/_gen/amd64"}, Pkg: "asm"}
	for suffix, p := range map[string]printer.Printer{
		".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg),
	} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.name+"_amd64"+suffix), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// checkRegisters refuses vector registers beyond a limit: avo hands out those
// that only AVX-512 has when a kernel runs out of the sixteen of AVX2.
func checkRegisters(file *ir.File, limit int) error {
	for _, fn := range file.Functions() {
		for _, i := range fn.Instructions() {
			for _, r := range append(i.InputRegisters(), i.OutputRegisters()...) {
				if p := reg.ToPhysical(r); p != nil && r.Kind() == reg.KindVector && int(p.PhysicalIndex()) >= limit {
					return fmt.Errorf("%s needs more than %d vector registers", fn.Name, limit)
				}
			}
		}
	}
	return nil
}

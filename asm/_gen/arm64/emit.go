package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/org/artnn/asm/_gen/table"
)

// program is one assembly file being written, and the file of its declarations.
// Anything Go's assembler knows is written as Go assembly by op; the rest goes
// through v as a WORD with its mnemonic beside it.
type program struct {
	name   string // of the files, without .s and .go
	consts string // symbol of the constant pool
	body   bytes.Buffer
	stubs  bytes.Buffer
	pool   [][4]uint32
	labels int
	used   [32]bool // vector registers that hold something
}

func newProgram(file, consts string) *program {
	return &program{name: file + "_neon_arm64", consts: consts}
}

// frame maps the names of parameters to their places by ABI0, and gives the
// size of all. A slice has the entries x_base and x_len; a float32 result ret.
func frame(params []table.Param, result bool) (at map[string]string, size int) {
	at = map[string]string{}
	place := func(name string, bytes int) {
		size = (size + bytes - 1) &^ (bytes - 1)
		at[name] = fmt.Sprintf("%s+%d(FP)", name, size)
		size += bytes
	}
	for _, p := range params {
		switch {
		case strings.HasPrefix(p.Type, "[]"):
			place(p.Name+"_base", 8)
			place(p.Name+"_len", 8)
			size += 8
		case p.Type == "int" || p.Type == "uint64" || p.Type[0] == '*':
			place(p.Name, 8)
		case p.Type == "float32" || p.Type == "uint32":
			place(p.Name, 4)
		case p.Type == "bool":
			place(p.Name, 1)
		default:
			panic("frame: no place for " + p.Name + " " + p.Type)
		}
	}
	if result {
		size = (size + 7) &^ 7
		place("ret", 4)
	}
	return at, size
}

// row starts the kernel that has the name and the parameters of a row of the
// table. rest ends its comment, and doc stands above its assembly.
func (p *program) row(name, rest string, doc ...string) (at map[string]string) {
	f := table.Lookup(name)
	return p.kernel(name+"NEON", f.Signature(), f.KernelDoc(rest), doc...)
}

// kernel starts a function without a stack frame and declares it with a comment,
// its name and then about. doc stands above its assembly.
func (p *program) kernel(name, signature, about string, doc ...string) (at map[string]string) {
	p.used = [32]bool{}
	params := strings.TrimPrefix(signature, "func")
	fmt.Fprintf(&p.stubs, "\n%s//\n//go:noescape\nfunc %s%s\n", comment(name+" "+about), name, params)
	at, size := frame(table.ParamsOf(signature), strings.HasSuffix(signature, ") float32"))
	p.body.WriteByte('\n')
	if len(doc) > 0 {
		p.body.WriteString(comment(strings.Join(doc, "\n")))
	}
	fmt.Fprintf(&p.body, "TEXT ·%s(SB), NOSPLIT, $0-%d\n", name, size)
	return at
}

// comment is lines of text, with code indented by tabs, as a comment of Go.
func comment(text string) string {
	var s strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != '\t' {
			line = " " + line
		}
		s.WriteString("//" + line + "\n")
	}
	return s.String()
}

// op writes one instruction in Go's own assembly language.
func (p *program) op(format string, args ...any) {
	name, rest, _ := strings.Cut(fmt.Sprintf(format, args...), " ")
	p.body.WriteString("\t" + name)
	if rest != "" {
		p.body.WriteString(strings.Repeat(" ", max(1, 8-len(name))) + rest)
	}
	p.body.WriteByte('\n')
}

// v writes one Advanced SIMD instruction as a WORD.
func (p *program) v(name string, args ...int) {
	word, text := encode(name, args...)
	fmt.Fprintf(&p.body, "\tWORD $0x%08X // %s\n", word, text)
}

// label makes a label name that is unique in the file.
func (p *program) label(stem string) string {
	p.labels++
	return fmt.Sprintf("%s%d", stem, p.labels)
}

func (p *program) at(label string) { fmt.Fprintf(&p.body, "\n%s:\n", label) }

// ret ends a function.
func (p *program) ret() { p.op("RET") }

func (p *program) note(format string, args ...any) {
	fmt.Fprintf(&p.body, "\t// "+format+"\n", args...)
}

// tmp takes the lowest free vector register.
func (p *program) tmp() int {
	for r, used := range p.used {
		if !used {
			p.used[r] = true
			return r
		}
	}
	panic("tmp: out of vector registers in " + p.name)
}

func (p *program) drop(regs ...int) {
	for _, r := range regs {
		p.used[r] = false
	}
}

// scoped frees all registers that f takes except its result.
func (p *program) scoped(f func() int) int {
	before := p.used
	r := f()
	p.used = before
	p.used[r] = true
	return r
}

// poolReg points at the constant pool.
const poolReg = "R20"

// usePool loads the address of the constant pool, for k to work.
func (p *program) usePool() { p.op("MOVD $%s<>(SB), %s", p.consts, poolReg) }

// k loads a constant into all lanes of a new register.
func (p *program) k(x float32) int { return p.kbits(math.Float32bits(x)) }

func (p *program) kbits(u uint32) int {
	r := p.tmp()
	p.op("FMOVQ %d(%s), F%d", p.entry([4]uint32{u, u, u, u}), poolReg, r)
	return r
}

// entry finds or makes 16 bytes in the constant pool.
func (p *program) entry(quad [4]uint32) int {
	for i, q := range p.pool {
		if q == quad {
			return 16 * i
		}
	}
	p.pool = append(p.pool, quad)
	return 16 * (len(p.pool) - 1)
}

// laneMasks puts four entries in the pool, entry r with r lanes of ones.
func (p *program) laneMasks() int {
	const on = 0xFFFFFFFF
	masks := [][4]uint32{{}, {on}, {on, on}, {on, on, on}}
	at := 16 * len(p.pool)
	for i, q := range p.pool {
		if q == masks[1] { // the four stand together
			return 16 * (i - 1)
		}
	}
	p.pool = append(p.pool, masks...)
	return at
}

// op1, op2 put the result of an instruction into a new register.
func (p *program) op1(name string, n int) int {
	d := p.tmp()
	p.v(name, d, n)
	return d
}

func (p *program) op2(name string, n, m int) int {
	d := p.tmp()
	p.v(name, d, n, m)
	return d
}

func (p *program) mov(n int) int { return p.op2("orr", n, n) }

// fma computes a·b + c into c.
func (p *program) fma(a, b, c int) int {
	p.v("fmla", c, a, b)
	return c
}

// header begins both files.
const header = "// Code generated by command: asm/_gen/arm64. DO NOT EDIT.\n\n//go:build !purego\n\n"

// Declarations is the Go file.
func (p *program) Declarations() string { return header + "package asm\n" + p.stubs.String() }

// String is the assembly file.
func (p *program) String() string {
	var out bytes.Buffer
	out.WriteString(header + "#include \"textflag.h\"\n")
	if len(p.pool) > 0 {
		out.WriteByte('\n')
		for i, q := range p.pool {
			for half := range 2 {
				fmt.Fprintf(&out, "DATA %s<>+%d(SB)/8, $0x%08X%08X", p.consts, 16*i+8*half, q[2*half+1], q[2*half])
				if half == 0 {
					fmt.Fprintf(&out, " // %.9g", math.Float32frombits(q[0]))
				}
				out.WriteByte('\n')
			}
		}
		fmt.Fprintf(&out, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", p.consts, 16*len(p.pool))
	}
	out.Write(p.body.Bytes())
	return out.String()
}

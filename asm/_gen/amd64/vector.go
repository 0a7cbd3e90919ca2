package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/org/artnn/asm/_gen/table"
)

// gen is the file being emitted. Its methods give AVX2 instructions the form
// out = op(a, b), operands in the order of the formula.
type gen struct {
	*build.Context
	consts map[string]operand.Mem
	labels int
}

type (
	vec = reg.VecVirtual
	gp  = reg.GPVirtual
	op  = operand.Op
)

// Predicates of VCMPPS.
const (
	isEqual        = 0x00
	isUnordered    = 0x03
	isNotEqual     = 0x04 // or unordered
	isNotEqualOrd  = 0x0c
	isLess         = 0x11
	isLessEqual    = 0x12
	isGreaterOrNaN = 0x16 // not less or equal
	isGreater      = 0x1e
)

// kernel starts a function. The lines of doc follow its name.
func (g *gen) kernel(name, signature, doc string) {
	g.Function(name)
	g.Attributes(attr.NOSPLIT)
	g.SignatureExpr(signature)
	g.Pragma("noescape")
	g.Doc(strings.Split(name+" "+doc, "\n")...)
}

// row starts the kernel that has the name and the parameters of a row of the
// table. rest ends its comment.
func (g *gen) row(name, rest string) {
	f := table.Lookup(name)
	g.kernel(name+"AVX2", f.Signature(), f.KernelDoc(rest))
}

// end leaves the function. It clears the upper halves: SSE code that runs next would
// be slow with dirty ones.
func (g *gen) end() {
	g.VZEROUPPER()
	g.RET()
}

// label makes a name that is new in the file.
func (g *gen) label(name string) string {
	g.labels++
	return fmt.Sprintf("%s%d", name, g.labels)
}

// bits is a constant vector of eight times u, kept in memory.
func (g *gen) bits(name string, u uint32) operand.Mem {
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for range 8 {
		g.AppendDatum(operand.U32(u))
	}
	g.consts[name] = m
	return m
}

// f32 is a constant vector of eight times x.
func (g *gen) f32(x float32) operand.Mem {
	u := math.Float32bits(x)
	return g.bits(fmt.Sprintf("f%08x", u), u)
}

// i32 is a constant vector of eight times i.
func (g *gen) i32(i int32) operand.Mem { return g.bits(fmt.Sprintf("i%08x", uint32(i)), uint32(i)) }

// tailMasks is the table from which tailMask slides its window.
func (g *gen) tailMasks() operand.Mem {
	const name = "tailmasks"
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		g.AppendDatum(operand.U32(uint32(0xffffffff * uint64((15-i)/8))))
	}
	g.consts[name] = m
	return m
}

// tailMask has its first n lanes set, 0 ≤ n ≤ 8. It overwrites n.
func (g *gen) tailMask(n gp) vec {
	table := g.GP64()
	g.LEAQ(g.tailMasks().Offset(32), table)
	g.NEGQ(n)
	mask := g.YMM()
	g.VMOVUPS(operand.Mem{Base: table, Index: n, Scale: 4}, mask)
	return mask
}

// value loads a memory operand, or gives back a register.
func (g *gen) value(a op) vec {
	if v, ok := a.(vec); ok {
		return v
	}
	v := g.YMM()
	g.VMOVUPS(a, v)
	return v
}

// scalar broadcasts a float32 parameter.
func (g *gen) scalar(name string) vec {
	v := g.YMM()
	g.VBROADCASTSS(g.argument(name), v)
	return v
}

// pointer and integer load parameters.
func (g *gen) pointer(name string) gp { return g.Load(g.Param(name).Base(), g.GP64()).(gp) }
func (g *gen) length(name string) gp  { return g.Load(g.Param(name).Len(), g.GP64()).(gp) }
func (g *gen) integer(name string) gp { return g.Load(g.Param(name), g.GP64()).(gp) }

// argument is where a parameter lies on the stack: a variable, when registers
// are short.
func (g *gen) argument(name string) operand.Mem {
	b, err := g.Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

// stride loads a parameter that counts float32 and makes it count bytes.
func (g *gen) stride(name string) gp {
	r := g.integer(name)
	g.SHLQ(operand.U8(2), r)
	return r
}

// multiple is a + scale·b.
func (g *gen) multiple(a, b gp, scale uint8) gp {
	r := g.GP64()
	g.LEAQ(operand.Mem{Base: a, Index: b, Scale: scale}, r)
	return r
}

func (g *gen) zero() vec { v := g.YMM(); g.VXORPS(v, v, v); return v }

func (g *gen) copyOf(a vec) vec { v := g.YMM(); g.VMOVAPS(a, v); return v }

func (g *gen) add(a, b op) vec { v := g.YMM(); g.VADDPS(b, g.value(a), v); return v }
func (g *gen) sub(a, b op) vec { v := g.YMM(); g.VSUBPS(b, g.value(a), v); return v }
func (g *gen) mul(a, b op) vec { v := g.YMM(); g.VMULPS(b, g.value(a), v); return v }
func (g *gen) div(a, b op) vec { v := g.YMM(); g.VDIVPS(b, g.value(a), v); return v }
func (g *gen) sqrt(a op) vec   { v := g.YMM(); g.VSQRTPS(a, v); return v }

// max is a where a > b, else b: b if either is NaN.
func (g *gen) max(a, b op) vec { v := g.YMM(); g.VMAXPS(b, g.value(a), v); return v }

// min is a where a < b, else b: b if either is NaN.
func (g *gen) min(a, b op) vec { v := g.YMM(); g.VMINPS(b, g.value(a), v); return v }

func (g *gen) and(a, b op) vec { v := g.YMM(); g.VANDPS(b, g.value(a), v); return v }
func (g *gen) or(a, b op) vec  { v := g.YMM(); g.VORPS(b, g.value(a), v); return v }
func (g *gen) xor(a, b op) vec { v := g.YMM(); g.VXORPS(b, g.value(a), v); return v }

// compare sets the lanes where a and b satisfy the predicate.
func (g *gen) compare(predicate uint8, a, b op) vec {
	v := g.YMM()
	g.VCMPPS(operand.U8(predicate), b, g.value(a), v)
	return v
}

// choose is a where the top bit of mask is set, else b.
func (g *gen) choose(mask vec, a, b op) vec {
	v := g.YMM()
	g.VBLENDVPS(mask, a, g.value(b), v)
	return v
}

// fma is a·b + c rounded once; fmaInto leaves it in a.
func (g *gen) fma(a, b, c op) vec {
	v := g.YMM()
	g.VMOVUPS(a, v)
	return g.fmaInto(v, b, c)
}

func (g *gen) fmaInto(a vec, b, c op) vec {
	g.VFMADD213PS(c, g.value(b), a)
	return a
}

// fnma is c − a·b rounded once.
func (g *gen) fnma(a, b, c op) vec {
	v := g.YMM()
	g.VMOVUPS(c, v)
	g.VFNMADD231PS(b, g.value(a), v)
	return v
}

// polynomial is ((c₀·x + c₁)·x + …) by fused steps.
func (g *gen) polynomial(x vec, c ...float32) vec {
	return g.extend(g.value(g.f32(c[0])), x, c[1:]...)
}

// extend goes on with a polynomial whose leading part is r. It overwrites r.
func (g *gen) extend(r, x vec, c ...float32) vec {
	for _, ci := range c {
		r = g.fmaInto(r, x, g.f32(ci))
	}
	return r
}

const (
	signBit = math.MinInt32
	allBut  = math.MaxInt32 // all bits but the sign
)

func (g *gen) abs(x op) vec          { return g.and(x, g.i32(allBut)) }
func (g *gen) neg(x op) vec          { return g.xor(x, g.i32(signBit)) }
func (g *gen) withSign(a, x vec) vec { return g.or(a, g.and(x, g.i32(signBit))) }
func (g *gen) truth(mask vec) vec    { return g.and(mask, g.f32(1)) }
func (g *gen) shiftLeft(a vec, n uint8) vec {
	v := g.YMM()
	g.VPSLLD(operand.U8(n), a, v)
	return v
}

// imm is an integer operand.
func imm(n int) op { return operand.I32(n) }

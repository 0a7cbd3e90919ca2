package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
	"github.com/org/artnn/asm/_gen/table"
)

// gen is the file being emitted. Its methods give instructions the form
// out = op(a, b), operands in the order of the formula. Those that take and give vectors of
// no stated size print the kernels of AVX2 and of AVX-512 from one description.
type gen struct {
	*build.Context
	isa
	consts map[string]operand.Mem
	held   map[string]vec // constants in registers
	uses   map[number]int // of the others: how often each is named
	labels int
}

type (
	vec = reg.VecVirtual
	gp  = reg.GPVirtual
	op  = operand.Op

	// mask says which lanes are meant: the top bits of the lanes of a vector in AVX2, an
	// opmask register in AVX-512.
	mask = operand.Op
)

// constant is a number in memory that instructions of AVX-512 broadcast. A whole vector
// would be read across the borders of cache lines, since Go aligns data to 32 bytes.
type constant struct{ operand.Mem }

// wide reports whether the file is of AVX-512.
func (g *gen) wide() bool { return g.isa == avx512 }

// vector is a new vector.
func (g *gen) vector() vec {
	if g.wide() {
		return g.ZMM()
	}
	return g.YMM()
}

// emit emits an instruction, in its form that broadcasts if an operand is a constant.
func (g *gen) emit(plain, broadcast func(...op), operands ...op) {
	for i, o := range operands {
		if c, ok := o.(constant); ok {
			operands[i], plain = c.Mem, broadcast
		}
	}
	plain(operands...)
}

// bitwise emits a bitwise instruction. On vectors of AVX-512, those of float32 would need
// AVX-512DQ.
func (g *gen) bitwise(narrow, plain, broadcast func(...op), operands ...op) {
	if !g.wide() {
		plain = narrow
	}
	g.emit(plain, broadcast, operands...)
}

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
	g.held, g.uses = map[string]vec{}, map[number]int{}
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
	g.kernel(name+g.suffix, f.Signature(), f.KernelDoc(rest))
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

// bits is u in memory: eight times, a constant vector, in AVX2, and once in AVX-512.
func (g *gen) bits(name string, u uint32) operand.Mem {
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	n := g.lanes
	if g.wide() {
		n = 1
	}
	for range n {
		g.AppendDatum(operand.U32(u))
	}
	g.consts[name] = m
	return m
}

// f32 is a constant vector of x.
func (g *gen) f32(x float32) op {
	u := math.Float32bits(x)
	return g.constant(fmt.Sprintf("f%08x", u), u)
}

// i32 is a constant vector of i.
func (g *gen) i32(i int32) op { return g.constant(fmt.Sprintf("i%08x", uint32(i)), uint32(i)) }

// constant is u in all lanes: in a register if it is held there, else in memory.
func (g *gen) constant(name string, u uint32) op {
	if v, ok := g.held[name]; ok {
		return v
	}
	m := g.bits(name, u)
	if !g.wide() {
		return m
	}
	g.uses[number{name, u}]++
	return constant{m}
}

// number is a constant by name and by bits.
type number struct {
	name string
	bits uint32
}

// heldConstants is how many constants go into registers: kernels with constants need at most
// ten other vectors of the 32.
const heldConstants = 22

// hold loads the constants that body uses most into registers, in AVX-512. That is up to 20 %
// faster (BenchmarkMaps/GELU/n=4096) than reading them from memory each time.
func (g *gen) hold(body func()) {
	if !g.wide() {
		return
	}
	// A trial in a file that is thrown away counts the uses.
	file, consts := g.Context, g.consts
	g.Context, g.consts, g.uses = build.NewContext(), map[string]operand.Mem{}, map[number]int{}
	g.Function("trial")
	body()
	g.Context, g.consts = file, consts
	most := slices.SortedFunc(maps.Keys(g.uses), func(a, b number) int {
		return cmp.Or(g.uses[b]-g.uses[a], strings.Compare(a.name, b.name))
	})
	for _, c := range most[:min(len(most), heldConstants)] {
		g.held[c.name] = g.fresh(g.constant(c.name, c.bits))
	}
}

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
	return g.fresh(a)
}

// fresh is a in a register of its own.
func (g *gen) fresh(a op) vec {
	v := g.vector()
	g.emit(g.VMOVUPS, g.VBROADCASTSS, a, v)
	return v
}

// scalar broadcasts a float32 parameter.
func (g *gen) scalar(name string) vec {
	v := g.vector()
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

func (g *gen) zero() vec {
	v := g.vector()
	g.bitwise(g.VXORPS, g.VPXORD, nil, v, v, v)
	return v
}

func (g *gen) add(a, b op) vec {
	v := g.vector()
	g.emit(g.VADDPS, g.VADDPS_BCST, b, g.value(a), v)
	return v
}

func (g *gen) sub(a, b op) vec {
	v := g.vector()
	g.emit(g.VSUBPS, g.VSUBPS_BCST, b, g.value(a), v)
	return v
}

func (g *gen) mul(a, b op) vec {
	v := g.vector()
	g.emit(g.VMULPS, g.VMULPS_BCST, b, g.value(a), v)
	return v
}

func (g *gen) div(a, b op) vec {
	v := g.vector()
	g.emit(g.VDIVPS, g.VDIVPS_BCST, b, g.value(a), v)
	return v
}

func (g *gen) sqrt(a op) vec {
	v := g.vector()
	g.emit(g.VSQRTPS, g.VSQRTPS_BCST, a, v)
	return v
}

// subInt is a − b of integers.
func (g *gen) subInt(a vec, b op) vec {
	v := g.vector()
	g.emit(g.VPSUBD, g.VPSUBD_BCST, b, a, v)
	return v
}

// max is a where a > b, else b: b if either is NaN.
func (g *gen) max(a, b op) vec {
	v := g.vector()
	g.emit(g.VMAXPS, g.VMAXPS_BCST, b, g.value(a), v)
	return v
}

// min is a where a < b, else b: b if either is NaN.
func (g *gen) min(a, b op) vec {
	v := g.vector()
	g.emit(g.VMINPS, g.VMINPS_BCST, b, g.value(a), v)
	return v
}

func (g *gen) and(a, b op) vec {
	v := g.vector()
	g.bitwise(g.VANDPS, g.VPANDD, g.VPANDD_BCST, b, g.value(a), v)
	return v
}

func (g *gen) or(a, b op) vec {
	v := g.vector()
	g.bitwise(g.VORPS, g.VPORD, g.VPORD_BCST, b, g.value(a), v)
	return v
}

func (g *gen) xor(a, b op) vec {
	v := g.vector()
	g.bitwise(g.VXORPS, g.VPXORD, g.VPXORD_BCST, b, g.value(a), v)
	return v
}

// compare sets the lanes where a and b satisfy the predicate.
func (g *gen) compare(predicate uint8, a, b op) mask {
	if g.wide() {
		k := g.K()
		g.emit(g.VCMPPS, g.VCMPPS_BCST, operand.U8(predicate), b, g.value(a), k)
		return k
	}
	v := g.YMM()
	g.VCMPPS(operand.U8(predicate), b, g.value(a), v)
	return v
}

// negative sets the lanes where the sign bit of x is set.
func (g *gen) negative(x vec) mask {
	if !g.wide() {
		return x
	}
	k := g.K()
	g.emit(g.VPTESTMD, g.VPTESTMD_BCST, g.i32(signBit), x, k)
	return k
}

// choose is a in the lanes of m, else b.
func (g *gen) choose(m mask, a, b op) vec {
	v := g.vector()
	if !g.wide() {
		g.VBLENDVPS(m, a, g.value(b), v)
		return v
	}
	blend := func(instruction func(...op) (*ir.Instruction, error)) func(...op) {
		return func(operands ...op) {
			i, err := instruction(operands...)
			if err != nil {
				panic(err)
			}
			// avo thinks that what v held is kept in some lanes, and holds a register for it
			// from the beginning of the kernel.
			i.Inputs = slices.DeleteFunc(i.Inputs, func(o op) bool { return o == v })
			g.Instruction(i)
		}
	}
	g.emit(blend(x86.VBLENDMPS), blend(x86.VBLENDMPS_BCST), a, g.value(b), m, v)
	return v
}

// where is x in the lanes of m, else +0.
func (g *gen) where(m mask, x op) vec {
	if !g.wide() {
		return g.and(m, x)
	}
	v := g.vector()
	if c, ok := x.(constant); ok {
		g.VBROADCASTSS_Z(c.Mem, m, v)
	} else {
		g.VMOVUPS_Z(x, m, v)
	}
	return v
}

// nanWhere is a NaN in the lanes of m, else x. It overwrites x.
func (g *gen) nanWhere(m mask, x vec) vec {
	if !g.wide() {
		return g.or(x, m) // all ones are a NaN
	}
	const ones = 0xff
	g.VPTERNLOGD(operand.U8(ones), x, x, m, x)
	return x
}

// fma is a·b + c rounded once; fmaInto leaves it in a.
func (g *gen) fma(a, b, c op) vec { return g.fmaInto(g.fresh(a), b, c) }

func (g *gen) fmaInto(a vec, b, c op) vec {
	g.emit(g.VFMADD213PS, g.VFMADD213PS_BCST, c, g.value(b), a)
	return a
}

// addProduct adds a·b to sum, rounded once.
func (g *gen) addProduct(sum, a vec, b op) {
	g.emit(g.VFMADD231PS, g.VFMADD231PS_BCST, b, a, sum)
}

// fnma is c − a·b rounded once.
func (g *gen) fnma(a, b, c op) vec {
	v := g.fresh(c)
	g.emit(g.VFNMADD231PS, g.VFNMADD231PS_BCST, b, g.value(a), v)
	return v
}

// polynomial is ((c₀·x + c₁)·x + …) by fused steps.
func (g *gen) polynomial(x vec, c ...float32) vec {
	return g.extend(g.fresh(g.f32(c[0])), x, c[1:]...)
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

func (g *gen) abs(x op) vec     { return g.and(x, g.i32(allBut)) }
func (g *gen) neg(x op) vec     { return g.xor(x, g.i32(signBit)) }
func (g *gen) truth(m mask) vec { return g.where(m, g.f32(1)) }

// withSign is a ≥ 0 with the sign of x. It overwrites a.
func (g *gen) withSign(a, x vec) vec {
	if !g.wide() {
		return g.or(a, g.and(x, g.i32(signBit)))
	}
	const orAnd = 0xf8 // a | x&s
	g.emit(g.VPTERNLOGD, g.VPTERNLOGD_BCST, operand.U8(orAnd), g.i32(signBit), x, a)
	return a
}

func (g *gen) shiftLeft(a vec, n uint8) vec {
	v := g.vector()
	g.VPSLLD(operand.U8(n), a, v)
	return v
}

// imm is an integer operand.
func imm(n int) op { return operand.I32(n) }

package main

import "fmt"

// form says which operands an instruction takes and so how it is encoded.
type form int

const (
	threeSame  form = iota // op Vd, Vn, Vm
	twoMisc                // op Vd, Vn
	twoZero                // op Vd, Vn, #0 (or #0.0)
	acrossLane             // op Sd, Vn
	byElement              // op Vd, Vn, Vm.s[i]
	shiftLeft              // op Vd, Vn, #shift
	shiftRight             // op Vd, Vn, #shift
)

// instr is one row of the encoding table: the bits with every operand zero,
// the operand form, and how the disassembler writes the registers.
type instr struct {
	bits uint32
	form form
	dst  string
	src  string
}

// instrs holds the Advanced SIMD instructions the kernels need and Go's
// assembler does not take. Bits are from the Arm Architecture Reference Manual
// (DDI 0487), section C7.2, with Q=1 and single-precision lanes.
var instrs = map[string]instr{
	"fadd":   {0x4E20D400, threeSame, "4s", "4s"},
	"fsub":   {0x4EA0D400, threeSame, "4s", "4s"},
	"fmul":   {0x6E20DC00, threeSame, "4s", "4s"},
	"fdiv":   {0x6E20FC00, threeSame, "4s", "4s"},
	"fmax":   {0x4E20F400, threeSame, "4s", "4s"},
	"fmin":   {0x4EA0F400, threeSame, "4s", "4s"},
	"fmaxnm": {0x4E20C400, threeSame, "4s", "4s"},
	"fminnm": {0x4EA0C400, threeSame, "4s", "4s"},
	"fmla":   {0x4E20CC00, threeSame, "4s", "4s"},
	"fmls":   {0x4EA0CC00, threeSame, "4s", "4s"},
	"faddp":  {0x6E20D400, threeSame, "4s", "4s"},
	"fcmeq":  {0x4E20E400, threeSame, "4s", "4s"},
	"fcmge":  {0x6E20E400, threeSame, "4s", "4s"},
	"fcmgt":  {0x6EA0E400, threeSame, "4s", "4s"},
	"facge":  {0x6E20EC00, threeSame, "4s", "4s"},
	"facgt":  {0x6EA0EC00, threeSame, "4s", "4s"},
	"add":    {0x4EA08400, threeSame, "4s", "4s"},
	"sub":    {0x6EA08400, threeSame, "4s", "4s"},
	"addp":   {0x4EA0BC00, threeSame, "4s", "4s"},
	"smlal":  {0x0E608000, threeSame, "4s", "4h"},
	"smlal2": {0x4E608000, threeSame, "4s", "8h"},
	"umull":  {0x2EA0C000, threeSame, "2d", "2s"},
	"umull2": {0x6EA0C000, threeSame, "2d", "4s"},
	"uzp1":   {0x4E801800, threeSame, "4s", "4s"},
	"uzp2":   {0x4E805800, threeSame, "4s", "4s"},
	"zip1":   {0x4E803800, threeSame, "4s", "4s"},
	"zip2":   {0x4E807800, threeSame, "4s", "4s"},
	"cmhi":   {0x6EA03400, threeSame, "4s", "4s"},
	"cmgt":   {0x4EA03400, threeSame, "4s", "4s"},
	"cmeq":   {0x6EA08C00, threeSame, "4s", "4s"},
	"smax":   {0x4EA06400, threeSame, "4s", "4s"},
	"smin":   {0x4EA06C00, threeSame, "4s", "4s"},
	"and":    {0x4E201C00, threeSame, "16b", "16b"},
	"bic":    {0x4E601C00, threeSame, "16b", "16b"},
	"orr":    {0x4EA01C00, threeSame, "16b", "16b"},
	"eor":    {0x6E201C00, threeSame, "16b", "16b"},
	"bsl":    {0x6E601C00, threeSame, "16b", "16b"},
	"bit":    {0x6EA01C00, threeSame, "16b", "16b"},
	"bif":    {0x6EE01C00, threeSame, "16b", "16b"},

	"fadd.2d": {0x4E60D400, threeSame, "2d", "2d"},
	"fmul.2d": {0x6E60DC00, threeSame, "2d", "2d"},
	"fmla.2d": {0x4E60CC00, threeSame, "2d", "2d"},
	"fsub.2d": {0x4EE0D400, threeSame, "2d", "2d"},
	"zip1.2d": {0x4EC03800, threeSame, "2d", "2d"},
	"zip2.2d": {0x4EC07800, threeSame, "2d", "2d"},

	"fabs":    {0x4EA0F800, twoMisc, "4s", "4s"},
	"fneg":    {0x6EA0F800, twoMisc, "4s", "4s"},
	"fsqrt":   {0x6EA1F800, twoMisc, "4s", "4s"},
	"frintn":  {0x4E218800, twoMisc, "4s", "4s"},
	"fcvtns":  {0x4E21A800, twoMisc, "4s", "4s"},
	"fcvtzs":  {0x4EA1B800, twoMisc, "4s", "4s"},
	"scvtf":   {0x4E21D800, twoMisc, "4s", "4s"},
	"sxtl":    {0x0F08A400, twoMisc, "8h", "8b"},
	"not":     {0x6E205800, twoMisc, "16b", "16b"},
	"fcvtl":   {0x0E617800, twoMisc, "2d", "2s"},
	"fcvtl2":  {0x4E617800, twoMisc, "2d", "4s"},
	"fcvtn":   {0x0E616800, twoMisc, "2s", "2d"},
	"fcvtn2":  {0x4E616800, twoMisc, "4s", "2d"},
	"fcmeq0":  {0x4EA0D800, twoZero, "4s", "4s"},
	"fcmgt0":  {0x4EA0C800, twoZero, "4s", "4s"},
	"fcmge0":  {0x6EA0C800, twoZero, "4s", "4s"},
	"fcmlt0":  {0x4EA0E800, twoZero, "4s", "4s"},
	"fcmle0":  {0x6EA0D800, twoZero, "4s", "4s"},
	"fmaxv":   {0x6E30F800, acrossLane, "s", "4s"},
	"fminv":   {0x6EB0F800, acrossLane, "s", "4s"},
	"faddp.s": {0x7E30D800, acrossLane, "s", "2s"},
	"faddp.d": {0x7E70D800, acrossLane, "d", "2d"},

	"fmla.e": {0x4F801000, byElement, "4s", "4s"},
	"fmls.e": {0x4F805000, byElement, "4s", "4s"},
	"fmul.e": {0x4F809000, byElement, "4s", "4s"},

	"shl":  {0x4F005400, shiftLeft, "4s", "4s"},
	"ushr": {0x6F000400, shiftRight, "4s", "4s"},
	"sshr": {0x4F000400, shiftRight, "4s", "4s"},
}

// encode returns the instruction word and its mnemonic as GNU objdump writes
// it. args are vector register numbers in the order of the mnemonic, then the
// lane or shift count where the form has one.
func encode(name string, args ...int) (word uint32, text string) {
	in, ok := instrs[name]
	if !ok {
		panic("encode: unknown instruction " + name)
	}
	want := map[form]int{threeSame: 3, twoMisc: 2, twoZero: 2, acrossLane: 2, byElement: 4, shiftLeft: 3, shiftRight: 3}[in.form]
	if len(args) != want {
		panic(fmt.Sprintf("encode: %s takes %d operands, got %d", name, want, len(args)))
	}
	vectors := min(want, 3)
	if in.form == shiftLeft || in.form == shiftRight {
		vectors = 2
	}
	for _, r := range args[:vectors] {
		if r < 0 || r > 31 {
			panic(fmt.Sprintf("encode: %s: no register v%d", name, r))
		}
	}
	mnemonic := name
	for i := range name {
		if name[i] == '.' {
			mnemonic = name[:i]
			break
		}
	}
	d, n := uint32(args[0]), uint32(args[1])
	word = in.bits | n<<5 | d
	switch in.form {
	case threeSame:
		word |= uint32(args[2]) << 16
		text = fmt.Sprintf("%s v%d.%s, v%d.%s, v%d.%s", mnemonic, d, in.dst, n, in.src, args[2], in.src)
		if mnemonic == "orr" && args[1] == args[2] {
			text = fmt.Sprintf("mov v%d.16b, v%d.16b", d, n)
		}
	case twoMisc:
		if mnemonic == "not" {
			mnemonic = "mvn"
		}
		text = fmt.Sprintf("%s v%d.%s, v%d.%s", mnemonic, d, in.dst, n, in.src)
	case twoZero:
		text = fmt.Sprintf("%s v%d.%s, v%d.%s, #0.0", mnemonic[:len(mnemonic)-1], d, in.dst, n, in.src)
	case acrossLane:
		text = fmt.Sprintf("%s %s%d, v%d.%s", mnemonic, in.dst, d, n, in.src)
	case byElement:
		m, lane := uint32(args[2]), uint32(args[3])
		if lane > 3 {
			panic(fmt.Sprintf("encode: %s: no lane %d", name, lane))
		}
		word |= m<<16 | lane&1<<21 | lane>>1<<11
		text = fmt.Sprintf("%s v%d.4s, v%d.4s, v%d.s[%d]", mnemonic, d, n, m, lane)
	case shiftLeft:
		word |= uint32(32+shiftCount(name, args[2], 0, 31)) << 16
		text = fmt.Sprintf("%s v%d.4s, v%d.4s, #%d", mnemonic, d, n, args[2])
	case shiftRight:
		word |= uint32(64-shiftCount(name, args[2], 1, 32)) << 16
		text = fmt.Sprintf("%s v%d.4s, v%d.4s, #%d", mnemonic, d, n, args[2])
	}
	return word, text
}

func shiftCount(name string, n, lo, hi int) int {
	if n < lo || n > hi {
		panic(fmt.Sprintf("encode: %s: shift %d is outside [%d, %d]", name, n, lo, hi))
	}
	return n
}

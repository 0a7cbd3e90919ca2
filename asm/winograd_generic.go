package asm

// winogradGeneric is the loop of [Winograd.Map].
func winogradGeneric(w Winograd, s *Squares) {
	x := winogradMatrices[w]
	columns := len(x[0])
	for g := range s.Groups {
		for l := range WinogradLanes {
			from, to := g*s.SrcStep+l, g*s.DstStep+l
			for i := range x {
				var column, row [4]float32
				for b := range columns {
					for a := range columns {
						column[a] = s.Src[a*columns+b][from]
					}
					row[b] = combine(x[i], &column)
				}
				for j := range x {
					s.Dst[i*len(x)+j][to] = combine(x[j], &row)
				}
			}
		}
	}
}

// combine is Σ c[i]·x[i] over the factors that are not 0.
func combine(c []float32, x *[4]float32) (sum float32) {
	first := true
	for i, f := range c {
		switch {
		case f == 0:
		case first:
			sum, first = f*x[i], false
		default:
			sum += float32(f * x[i]) // not fused
		}
	}
	return sum
}

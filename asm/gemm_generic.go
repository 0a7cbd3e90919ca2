package asm

// gemmTilesGeneric is
//
//	for t := range Count { for i := range M { for j := range N {
//		for p := range K { C[t*CTile+i*CRow+j] += A[t*ATile+i*ARow+p*ACol] * B[t*BTile+p*BRow+j] }
//	} } }
//
// with each sum kept apart from C until it is complete.
func gemmTilesGeneric(t *Tiles) {
	var tile [NR]float32
	for at := range t.Count {
		a, b, c := t.tile(at)
		for i := range t.M {
			sum := tile[:t.N]
			clear(sum)
			for p := range t.K {
				x := a[i*t.ARow+p*t.ACol]
				row := b[p*t.BRow:][:len(sum)]
				for j := range sum {
					sum[j] += x * row[j]
				}
			}
			storeRow(c[i*t.CRow:][:t.N], sum, t.Accumulate)
		}
	}
}

// gemmDotGeneric is
//
//	for i := range M { for j := range N {
//		for p := range K { C[i*CRow+j] += A[i*ARow+p] * B[j*BRow+p] }
//	} }
func gemmDotGeneric(t *DotTile) {
	var tile [DotNR]float32
	for i := range t.M {
		for j := range t.N {
			tile[j] = dotGeneric(t.A[i*t.ARow:][:t.K], t.B[j*t.BRow:][:t.K])
		}
		storeRow(t.C[i*t.CRow:][:t.N], tile[:t.N], t.Accumulate)
	}
}

// storeRow writes sums to a row of C, or adds them to it.
func storeRow(c, sum []float32, accumulate bool) {
	if !accumulate {
		copy(c, sum)
		return
	}
	for j := range sum {
		c[j] += sum[j]
	}
}

package asm

// gemmGeneric is
//
//	for i := range m { for j := range n {
//		for p := range k { c[i*ldc+j] += a[i*ars+p*acs] * b[p*ldb+j] }
//	} }
//
// with the sum kept apart from c until it is complete.
func gemmGeneric(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	var tile [NR]float32
	for i := range m {
		sum := tile[:n]
		clear(sum)
		for p := range k {
			x := a[i*ars+p*acs]
			row := b[p*ldb:][:len(sum)]
			for j := range sum {
				sum[j] += x * row[j]
			}
		}
		storeRow(c[i*ldc:][:n], sum, accumulate)
	}
}

// gemmDotGeneric is
//
//	for i := range m { for j := range n {
//		for p := range k { c[i*ldc+j] += a[i*lda+p] * b[j*ldb+p] }
//	} }
func gemmDotGeneric(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	var tile [DotNR]float32
	for i := range m {
		for j := range n {
			tile[j] = dotGeneric(a[i*lda:][:k], b[j*ldb:][:k])
		}
		storeRow(c[i*ldc:][:n], tile[:n], accumulate)
	}
}

func storeRow(c, sum []float32, accumulate bool) {
	if !accumulate {
		copy(c, sum)
		return
	}
	for j := range sum {
		c[j] += sum[j]
	}
}

// packTransposeGeneric is
//
//	for p := range k { for i := range width { dst[p*width+i] = src[i*ld+p] } }
func packTransposeGeneric(dst, src []float32, ld, rows, k, width int) {
	if rows < width {
		clear(dst[:k*width])
	}
	for i := range rows {
		row := src[i*ld:][:k]
		out := dst[i:]
		for p, x := range row {
			out[p*width] = x
		}
	}
}

// packCopyGeneric is
//
//	for p := range k { for j := range width { dst[p*width+j] = src[p*ld+j] } }
func packCopyGeneric(dst, src []float32, ld, cols, k, width int) {
	for p := range k {
		out := dst[p*width:][:width]
		copy(out, src[p*ld:][:cols])
		clear(out[cols:])
	}
}

// packEachPanel is the loop of [PackPanels].
func packEachPanel(panels int, dst []float32, ds int, src []float32, ld, k int) {
	for i := range panels {
		packCopy(dst[i*ds:], src[i*NR:], ld, NR, k, NR)
	}
}

package asm

// MR and NR are the rows and columns of the tile that [GemmKernel] computes.
const (
	MR = 6
	NR = 16
)

// DotMR and DotNR are the rows and columns of the tile that [GemmDot] computes.
const (
	DotMR = 3
	DotNR = 4
)

// GemmKernel computes one tile of a matrix product, for i < m and j < n:
//
//	c[i*ldc+j] (+)= Σ_p a[i*ars+p*acs] · b[p*ldb+j],  p = 0 … k−1
//
// It adds to c if accumulate is set, else it does not read c. Packed panels
// have ars = 1, acs = MR, ldb = NR; operands in place have their own strides.
// Nothing outside the named elements is read or written.
//
// Shape: 0 ≤ m ≤ MR, 0 ≤ n ≤ NR, k ≥ 0. Panics if a slice is too short.
func GemmKernel(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if k < 0 || m < 0 || m > MR || n < 0 || n > NR {
		badSize("gemm kernel", "k ≥ 0, 0 ≤ m ≤ 6, 0 ≤ n ≤ 16", k, m, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if !fits(len(c), m, n, ldc) {
		badSpan("gemm kernel", "c", len(c), m, n, ldc)
	}
	if k == 0 {
		clearTile(c, ldc, m, n, accumulate)
		return
	}
	if ars < 0 || !fits(len(a), k, (m-1)*ars+1, acs) {
		badSpan("gemm kernel", "a", len(a), k, (m-1)*ars+1, acs)
	}
	if !fits(len(b), k, n, ldb) {
		badSpan("gemm kernel", "b", len(b), k, n, ldb)
	}
	gemm(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
}

// GemmTiles computes a run of tiles of NR columns, along a row or a column of
// the product, for t < tiles:
//
//	GemmKernel(k, a[t*as:], ars, acs, b[t*bs:], ldb, c[t*cs:], ldc, m, NR, accumulate)
//
// Shape: 0 ≤ m ≤ MR; tiles, k and all strides ≥ 0. Panics if a slice is too
// short.
func GemmTiles(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, accumulate bool) {
	checkTiles("gemm tiles", tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m)
	switch {
	case tiles == 0 || m == 0:
	case k == 0:
		clearTiles(tiles, c, cs, ldc, m, accumulate)
	default:
		gemmTiles(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
	}
}

// AheadLines is how many lines each tile of [GemmTilesAhead] asks for.
func AheadLines(k int) int { return k / 4 * 2 }

// GemmTilesAhead is [GemmTiles] that meanwhile asks for memory that is needed
// next: tile t for the cache lines that hold
//
//	byte at[t*ats+i] after next[t*ns],  i < AheadLines(k)
//
// What these are changes no result, and paths without such kernels do not look.
// A product that is made of memory in this way waits for it less often.
//
// Shape: as GemmTiles; next and ns may point anywhere, and nothing is asked for
// if next is empty. Panics if a slice other than next is too short.
func GemmTilesAhead(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, next []float32, ns int, at []int32, ats int, accumulate bool) {
	checkTiles("gemm tiles ahead", tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m)
	if lines := AheadLines(k); len(next) > 0 && (ats < 0 || tiles > 0 && len(at) < (tiles-1)*ats+lines) {
		badSpan("gemm tiles ahead", "at", len(at), tiles, lines, ats)
	}
	switch {
	case tiles == 0 || m == 0:
	case k == 0:
		clearTiles(tiles, c, cs, ldc, m, accumulate)
	case len(next) == 0 || AheadLines(k) == 0:
		gemmTiles(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
	default:
		gemmTilesAhead(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, next, ns, at, ats, accumulate)
	}
}

func checkTiles(op string, tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int) {
	if tiles < 0 || k < 0 || m < 0 || m > MR {
		badSize(op, "tiles ≥ 0, k ≥ 0, 0 ≤ m ≤ 6", tiles, k, m)
	}
	if tiles == 0 || m == 0 {
		return
	}
	if !fits(len(c), tiles, (m-1)*ldc+NR, cs) || ldc < 0 {
		badSpan(op, "c", len(c), tiles, (m-1)*ldc+NR, cs)
	}
	if k == 0 {
		return
	}
	if ars < 0 || acs < 0 || !fits(len(a), tiles, (m-1)*ars+(k-1)*acs+1, as) {
		badSpan(op, "a", len(a), tiles, (m-1)*ars+(k-1)*acs+1, as)
	}
	if ldb < 0 || !fits(len(b), tiles, (k-1)*ldb+NR, bs) {
		badSpan(op, "b", len(b), tiles, (k-1)*ldb+NR, bs)
	}
}

func clearTiles(tiles int, c []float32, cs, ldc, m int, accumulate bool) {
	for t := range tiles {
		clearTile(c[t*cs:], ldc, m, NR, accumulate)
	}
}

// gemmEach is gemmTiles one by one.
func gemmEach(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, accumulate bool) {
	for t := range tiles {
		gemm(k, a[t*as:], ars, acs, b[t*bs:], ldb, c[t*cs:], ldc, m, NR, accumulate)
	}
}

// GemmDot computes one tile of a product whose operands both have K contiguous,
// for i < m and j < n:
//
//	c[i*ldc+j] (+)= Σ_p a[i*lda+p] · b[j*ldb+p],  p = 0 … k−1
//
// It adds to c if accumulate is set, else it does not read c.
//
// Shape: 0 ≤ m ≤ DotMR, 0 ≤ n ≤ DotNR, k ≥ 0. Panics if a slice is too short.
func GemmDot(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if k < 0 || m < 0 || m > DotMR || n < 0 || n > DotNR {
		badSize("gemm dot", "k ≥ 0, 0 ≤ m ≤ 3, 0 ≤ n ≤ 4", k, m, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if !fits(len(c), m, n, ldc) {
		badSpan("gemm dot", "c", len(c), m, n, ldc)
	}
	if k == 0 {
		clearTile(c, ldc, m, n, accumulate)
		return
	}
	if !fits(len(a), m, k, lda) {
		badSpan("gemm dot", "a", len(a), m, k, lda)
	}
	if !fits(len(b), n, k, ldb) {
		badSpan("gemm dot", "b", len(b), n, k, ldb)
	}
	gemmDot(k, a, lda, b, ldb, c, ldc, m, n, accumulate)
}

// clearTile is the empty product.
func clearTile(c []float32, ldc, m, n int, accumulate bool) {
	if accumulate {
		return
	}
	for i := range m {
		clear(c[i*ldc:][:n])
	}
}

// PackTranspose packs rows rows of k contiguous numbers, ld apart, into one
// k-major panel, width numbers per step of k, zeros beyond rows:
//
//	dst[p*width+i] = src[i*ld+p] for i < rows, 0 for rows ≤ i < width
//
// Shape: width is MR or NR, 0 ≤ rows ≤ width, len(dst) ≥ k·width.
func PackTranspose(dst, src []float32, ld, rows, k, width int) {
	checkPack("pack transpose", dst, rows, k, width)
	span("pack transpose", "src", len(src), rows, k, ld)
	if rows == 0 || k == 0 {
		clear(dst[:k*width])
		return
	}
	packTranspose(dst, src, ld, rows, k, width)
}

// PackCopy packs k rows of cols contiguous numbers, ld apart, into one k-major
// panel, width numbers per step of k, zeros beyond cols:
//
//	dst[p*width+j] = src[p*ld+j] for j < cols, 0 for cols ≤ j < width
//
// Shape: width is MR or NR, 0 ≤ cols ≤ width, len(dst) ≥ k·width.
func PackCopy(dst, src []float32, ld, cols, k, width int) {
	checkPack("pack copy", dst, cols, k, width)
	span("pack copy", "src", len(src), k, cols, ld)
	if cols == 0 || k == 0 {
		clear(dst[:k*width])
		return
	}
	packCopy(dst, src, ld, cols, k, width)
}

// PackPanels packs k rows of panels·NR contiguous numbers, ld apart, into panels
// ds apart, each as [PackCopy] does:
//
//	for range panels {
//		PackCopy(dst, src, ld, NR, k, NR)
//		dst, src = dst[ds:], src[NR:]
//	}
//
// Shape: len(dst) ≥ (panels−1)·ds + k·NR, len(src) ≥ (k−1)·ld + panels·NR.
//
// Panics if a slice is too short, or a count negative.
func PackPanels(panels int, dst []float32, ds int, src []float32, ld, k int) {
	if panels < 0 || k < 0 {
		badSize("pack panels", "panels ≥ 0, k ≥ 0", panels, k)
	}
	span("pack panels", "dst", len(dst), panels, k*NR, ds)
	span("pack panels", "src", len(src), k, panels*NR, ld)
	if panels > 0 && k > 0 {
		packPanels(panels, dst, ds, src, ld, k)
	}
}

func checkPack(op string, dst []float32, n, k, width int) {
	if width != MR && width != NR || n < 0 || n > width || k < 0 {
		badSize(op, "width 6 or 16, 0 ≤ rows or columns ≤ width, k ≥ 0", width, n, k)
	}
	if len(dst) < k*width {
		badSpan(op, "dst", len(dst), k, width, width)
	}
}

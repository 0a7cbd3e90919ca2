package asm

import (
	"encoding/binary"
	"math"
	"testing"
)

// floats reads numbers from raw bytes, so that the fuzzer reaches every bit
// pattern.
func floats(data []byte) []float32 {
	x := make([]float32, len(data)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return x
}

func bytesOf(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// FuzzMaps holds every map on every path against generic code, bit by bit.
func FuzzMaps(f *testing.F) {
	f.Add(bytesOf(special))
	f.Add(bytesOf(wild(newRand(4), 300)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		x := floats(data)
		n := len(x) / 3
		a, b, c := x[:n], x[n:2*n], x[2*n:3*n]
		want, got := make([]float32, n), make([]float32, n)
		for _, m := range maps {
			onGeneric(func() { m.run(want, a, b, c) })
			for _, p := range Paths() {
				restore := Use(p)
				m.run(got, a, b, c)
				restore()
				wantSame(t, m.name+" "+string(p), got, want)
			}
		}
	})
}

// FuzzGemmTile holds every tile of any layout against float64.
func FuzzGemmTile(f *testing.F) {
	f.Add(uint64(1), uint8(6), uint8(16), uint8(20), uint8(1), uint8(6), uint8(16), uint8(0), true)
	f.Add(uint64(2), uint8(5), uint8(11), uint8(9), uint8(30), uint8(1), uint8(13), uint8(4), false)
	f.Add(uint64(3), uint8(1), uint8(8), uint8(1), uint8(0), uint8(0), uint8(0), uint8(9), true)
	var o operands
	f.Fuzz(func(t *testing.T, seed uint64, m8, n8, k8, ars8, acs8, ldb8, gap uint8, accumulate bool) {
		m, n, k := 1+int(m8)%MR, 1+int(n8)%NR, 1+int(k8)%64
		ars, acs, ldb, ldc := int(ars8)%80, int(acs8)%80, int(ldb8)%80, n+int(gap)%8
		for _, p := range Paths() {
			restore := Use(p)
			o.checkTile(t, newRand(seed), placements[seed%uint64(len(placements))], k, m, n,
				(m-1)*ars+(k-1)*acs+1, (k-1)*ldb+n, ldc, accumulate,
				func(i, j, p int) (int, int) { return i*ars + p*acs, p*ldb + j },
				func(a, b, c []float32) { gemmTile(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate) })
			restore()
		}
	})
}

// FuzzFolds holds reductions on every path against each other.
func FuzzFolds(f *testing.F) {
	f.Add(bytesOf(special))
	f.Add(bytesOf(tame(newRand(5), 500)))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := floats(data)
		a, b := x[:len(x)/2], x[len(x)/2:][:len(x)/2]
		for _, fold := range folds {
			var sum, size float64
			for i := range a {
				term := fold.term(float64(a[i]), float64(b[i]))
				sum += term
				size += math.Abs(term)
			}
			for _, p := range Paths() {
				restore := Use(p)
				got := fold.run(a, b)
				restore()
				switch {
				case sum != sum: // NaN, or infinities of both signs
					if got == got {
						t.Fatalf("%s %s: %g, want NaN", fold.name, p, got)
					}
				case size < math.MaxFloat32/2:
					// Products below the normal range lose up to 2⁻¹⁴⁹ each.
					within(t, fold.name+" "+string(p), got, sum, float64(min(len(a), sumBlock)+3)*(eps*size+0x1p-149))
				}
			}
		}
	})
}

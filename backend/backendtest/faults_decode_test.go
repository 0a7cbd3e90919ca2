//go:build !race

package backendtest

import "github.com/org/artnn/backend"

type badDecode struct {
	single
	f func(b *single, dst backend.View, w backend.StoredMatrix, lo int)
}

func (b *badDecode) Decode(dst backend.View, w backend.StoredMatrix, lo int) bool {
	b.f(&b.single, dst, w, lo)
	return true
}

// badBlock cannot say how many weights to decode at a time.
type badBlock struct{ single }

func (*badBlock) DecodeBlock() int { return -1 }

func decodeFaults() []broken {
	decode := func(fault string, f func(b *single, dst backend.View, w backend.StoredMatrix, lo int)) broken {
		return broken{fault, "optional/decode", &badDecode{f: f}}
	}
	return []broken{
		{"a negative block", "optional/decode", &badBlock{}},
		decode("rows from the first on", func(b *single, dst backend.View, w backend.StoredMatrix, _ int) {
			b.Decode(dst, w, 0)
		}),
		decode("nothing written", func(*single, backend.View, backend.StoredMatrix, int) {}),
		decode("subnormal numbers lost", func(b *single, dst backend.View, w backend.StoredMatrix, lo int) {
			b.Decode(dst, w, lo)
			b.change(dst, func(_ int, v float64) float64 {
				if v*v < 0x1p-40 {
					return 0
				}
				return v
			})
		}),
	}
}

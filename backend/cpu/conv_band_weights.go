package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// bandWeights is the gradient of the weights of few channels a group: sums over
// windows of pixels times gradients, for some lines to a chunk.
type bandWeights struct {
	bandTask
	up   images    // gradients, one pixel after the other
	sums []float32 // of each chunk
	size int       // numbers of them
}

var bandWeightTasks team.Recycler[bandWeights]

// bandedWeights sets sums [o, tap, c], if the shape suits bands.
func (c *cpu) bandedWeights(z *conv, in, up *images, sums []float32) bool {
	s := sliding{Patches: z.patches(in), images: z.n, groups: z.Groups, outs: z.o}
	kernel := s.bandKernel()
	if kernel != bandRows && kernel != bandTiles && kernel != bandCells || z.windows() == 0 {
		return false
	}
	t := bandWeightTasks.Get()
	*t = bandWeights{bandTask: bandTask{sliding: s, c: c, kernel: kernel}, up: *up, size: len(sums)}
	if kernel == bandCells {
		t.size = s.outs * s.cellRow()
	}
	t.chunks = t.lineChunks()
	scratch := c.pool.alloc(t.chunks.Count * t.size)
	t.sums = scratch.data
	c.team.Do(t.chunks.Count, t)
	for i := 1; i < t.chunks.Count; i++ {
		asm.Add(t.sums[:t.size], t.sums[:t.size], t.sums[i*t.size:][:t.size])
	}
	switch kernel {
	case bandTiles:
		copy(sums, t.sums)
	case bandCells:
		t.fromCells(sums, t.sums)
	default:
		for tap := range z.taps() {
			for g := range z.Groups {
				sums[g*z.taps()+tap] = t.sums[tap*z.Groups+g]
			}
		}
	}
	c.pool.put(scratch)
	*t = bandWeights{}
	bandWeightTasks.Put(t)
	return true
}

// Chunk sums over some lines of windows.
func (t *bandWeights) Chunk(i int) {
	sums := t.sums[i*t.size:][:t.size]
	clear(sums)
	outs := t.groups * t.outs
	if t.kernel == bandTiles {
		t.eachLine(i, func(line int, band []float32) { t.addTiles(sums, t.up.mem[line*t.Across*outs:], band) })
		return
	}
	if t.kernel == bandCells {
		cells := t.c.pool.alloc(t.cellsSize())
		t.eachLine(i, func(line int, band []float32) {
			t.cells(cells.data, band)
			t.addCells(sums, t.up.mem[line*t.Across*outs:], cells.data)
		})
		t.c.pool.put(cells)
		return
	}
	taps, long := t.KH*t.KW, outs*repeats(outs)
	scratch := t.c.pool.alloc(taps * long)
	clear(scratch.data)
	t.eachLine(i, func(line int, band []float32) {
		g := t.up.mem[line*t.Across*outs:][:t.Across*outs]
		for a := range t.KH {
			for b := range t.KW {
				t.addRow(scratch.data[(a*t.KW+b)*long:][:long], g, t.tap(band, 0, a, b))
			}
		}
	})
	for tap := range taps {
		sum := sums[tap*outs:][:outs] // [tap, channel]
		for j := 0; j < long; j += outs {
			asm.Add(sum, sum, scratch.data[tap*long+j:][:outs])
		}
	}
	t.c.pool.put(scratch)
}

// addRow adds the products of one line and tap, each channel by itself.
func (t *bandWeights) addRow(sum, g, x []float32) {
	piece := len(sum)
	if t.StepX > 1 {
		piece = t.groups
	}
	for j := 0; j < len(g); j += piece {
		part := g[j:min(len(g), j+piece)]
		s := sum[:len(part)]
		asm.MulAdd(s, part, x[j*t.StepX:][:len(part)], s)
	}
}

// addTiles adds the products of one line to the sums [o, tap, c], group by group.
func (t *bandWeights) addTiles(sums, g, band []float32) {
	n, length := t.runs()
	outs, row := t.groups*t.outs, t.KH*t.KW*t.C
	for group := range t.groups {
		for o := 0; o < t.outs; o += asm.MR {
			for a := range t.KH {
				for b := range n {
					x := asm.Tiles{
						Count: length / asm.NR, K: t.Across, M: min(asm.MR, t.outs-o), N: asm.NR,
						A: g[group*t.outs+o:], ARow: 1, ACol: outs,
						B: t.tap(band, group, a, b), BTile: asm.NR, BRow: t.StepX * t.C,
						C: sums[(group*t.outs+o)*row+(a*n+b)*length:], CTile: asm.NR, CRow: row, Accumulate: true,
					}
					asm.GemmTiles(&x)
					if rest := length % asm.NR; rest > 0 {
						x.B, x.C = x.B[x.Count*asm.NR:], x.C[x.Count*asm.NR:]
						x.Count, x.N = 1, rest
						asm.GemmTiles(&x)
					}
				}
			}
		}
	}
}

package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// weightRows is the gradient of weights where each channel is a group: sums over
// windows of each channel's pixels times its gradients, for some lines to a chunk.
type weightRows struct {
	bandTask
	up   images    // gradients, one after the other
	sums []float32 // [chunk, tap, channel]
}

var weightRowTasks team.Recycler[weightRows]

// weightRows sets sums [channel, tap].
func (c *cpu) weightRows(z *conv, in, up *images, sums []float32) {
	t := weightRowTasks.Get()
	*t = weightRows{bandTask: bandTask{sliding: sliding{Patches: z.patches(in), images: z.n, groups: z.Groups}, c: c}, up: *up}
	n := z.taps() * z.Groups
	t.chunks = t.lineChunks()
	scratch := c.pool.alloc(t.chunks.Count * n)
	t.sums = scratch.data
	c.team.Do(t.chunks.Count, t)
	for i := 1; i < t.chunks.Count; i++ {
		asm.Add(t.sums[:n], t.sums[:n], t.sums[i*n:][:n])
	}
	for tap := range z.taps() {
		for g := range z.Groups {
			sums[g*z.taps()+tap] = t.sums[tap*z.Groups+g]
		}
	}
	c.pool.put(scratch)
	*t = weightRows{}
	weightRowTasks.Put(t)
}

// Chunk sums over some lines of windows.
func (t *weightRows) Chunk(i int) {
	taps, n := t.KH*t.KW, t.groups
	long := n * repeats(n)
	scratch := t.c.pool.alloc(taps * long)
	clear(scratch.data)
	t.eachLine(i, func(line int, band []float32) {
		g := t.up.mem[line*t.Across*n:][:t.Across*n]
		for a := range t.KH {
			for b := range t.KW {
				t.line(scratch.data[(a*t.KW+b)*long:][:long], g, t.tap(band, a, b))
			}
		}
	})
	for tap := range taps {
		sum := t.sums[(i*taps+tap)*n:][:n]
		copy(sum, scratch.data[tap*long:])
		for j := n; j < long; j += n {
			asm.Add(sum, sum, scratch.data[tap*long+j:][:n])
		}
	}
	t.c.pool.put(scratch)
}

// line adds the products of one line and tap.
func (t *weightRows) line(sum, g, x []float32) {
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

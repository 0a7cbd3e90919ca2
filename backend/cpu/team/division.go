package team

// Division cuts n items into chunks of whole units, as equal as the units
// allow, so that workers that begin with as many chunks end together.
type Division struct {
	n, unit int
	Count   int // of chunks
}

// Divide makes chunks of about step items, and of no more: a few chunks are an
// even number, many a multiple of four. Of 11, one of two workers would do a
// sixth more than half.
func Divide(n, step, unit int) Division {
	count := ceilDiv(n, step)
	switch {
	case count > 8:
		count = roundUp(count, 4)
	case count > 1:
		count = roundUp(count, 2)
	}
	return Division{n, unit, min(count, ceilDiv(n, unit))}
}

// Bounds is where chunk i begins and ends.
func (d *Division) Bounds(i int) (lo, hi int) {
	units := ceilDiv(d.n, d.unit)
	return i * units / d.Count * d.unit, min(d.n, (i+1)*units/d.Count*d.unit)
}

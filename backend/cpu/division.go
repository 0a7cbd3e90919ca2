package cpu

// division cuts n things into chunks of whole units, as equal as the units
// allow, so that workers that begin with as many chunks end together.
type division struct{ n, unit, count int }

// divide makes chunks of about step things, and of no more: a few chunks are an
// even number, many a multiple of four. Of 11, one of two workers would do a
// sixth more than half.
func divide(n, step, unit int) division {
	count := ceilDiv(n, step)
	switch {
	case count > 8:
		count = roundUp(count, 4)
	case count > 1:
		count = roundUp(count, 2)
	}
	return division{n, unit, min(count, ceilDiv(n, unit))}
}

// bounds is where chunk i begins and ends.
func (d *division) bounds(i int) (lo, hi int) {
	units := ceilDiv(d.n, d.unit)
	return i * units / d.count * d.unit, min(d.n, (i+1)*units/d.count*d.unit)
}

package data

// Pair is a batch from each of two loaders.
type Pair[A, B any] struct {
	First  A
	Second B
}

// Zip walks two loaders together: batch k of epoch e is the pair of theirs.
//
// An epoch is as long as the shorter one's, and the longer one's remaining batches
// are left out. With shuffling they are different ones each epoch.
//
// The result is a loader like any other, with a position and background work
// of its own; a and b are only read, and their own positions do not move.
func Zip[A, B any](a *Loader[A], b *Loader[B]) *Loader[Pair[A, B]] {
	return newLoader(min(a.batches, b.batches), "("+a.source+") with ("+b.source+")", max(a.prefetch, b.prefetch),
		func(epoch, batch int) Pair[A, B] {
			return Pair[A, B]{a.load(epoch, batch), b.load(epoch, batch)}
		})
}

package team

import "sync"

// Recycler keeps used structs for the next call, so that a call allocates
// nothing. Unlike sync.Pool it survives garbage collections; it holds as many
// as were ever in use at one time.
type Recycler[T any] struct {
	mu   sync.Mutex
	free []*T
}

// Get returns a struct that was put back, or a new one.
func (r *Recycler[T]) Get() *T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.free) - 1; last >= 0 {
		t := r.free[last]
		r.free = r.free[:last]
		return t
	}
	return new(T)
}

// Put takes t back; it must hold no references that keep memory alive.
func (r *Recycler[T]) Put(t *T) {
	r.mu.Lock()
	r.free = append(r.free, t)
	r.mu.Unlock()
}

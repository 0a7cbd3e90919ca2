// Package backend is the contract between tensors and the machine: who owns
// memory, who does arithmetic, and what each operation must return.
//
// A tensor knows shapes and gradients; a [Backend] knows numbers. Everything a
// network computes is one of about twenty mandatory operations on [View]s, or
// one of the optional interfaces of one or two methods in optional.go that a
// backend may implement to do several of them in one pass.
//
// # Destination first
//
// Every operation writes into a destination the caller allocated; none
// allocates on the caller's behalf. The caller has checked shapes.
//
// # Layout
//
// A View is shape, strides and offset over a [Buffer]. Inputs may have any
// strides, stride 0 included (broadcasting). The destination of Fill, Copy,
// Random, Gemm and convolutions may be strided, with distinct elements at distinct places;
// every other destination is row-major contiguous.
//
// # Aliasing
//
// In Unary, Binary and Where the destination may be the very same view as an
// input. No other overlap of destination and input is allowed.
//
// # Precision
//
// Precision belongs to the backend: "cpu" computes in float32, "reference" in
// float64. Scalars cross the contract as float64, indices as int32.
//
// # Determinism
//
// The same call on the same machine gives the same bits whatever GOMAXPROCS:
// work is split by shape, never by thread count, and every sum has one order.
//
// # Ownership
//
// Alloc gives a buffer with unspecified contents; Free takes it back, and the
// caller must not touch it afterwards. A Backend is safe for concurrent use by
// goroutines that do not share destinations.
package backend

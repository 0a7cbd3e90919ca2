//go:build !unix

package main

// ignoreClosedPipes does nothing: it is an error here in any case.
func ignoreClosedPipes() {}

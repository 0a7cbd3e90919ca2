package main

import (
	"slices"

	"github.com/alecthomas/kong"
)

// registry holds commands, each added by the file that it is in.
type registry []command

// command is a struct with one field, which is the command.
type command struct {
	place int // in lists, the smallest first
	make  func() any
}

var (
	commands   registry // of the program
	trainers   registry // of "artnn train"
	generators registry // of "artnn generate"
)

// add adds a command. The result is of no use, but lets a variable be declared.
func (r *registry) add(place int, make func() any) bool {
	*r = append(*r, command{place, make})
	return true
}

// plugins are new commands, in order of their places.
func (r registry) plugins() (p kong.Plugins) {
	for _, c := range slices.SortedStableFunc(slices.Values(r), func(a, b command) int { return a.place - b.place }) {
		p = append(p, c.make())
	}
	return p
}

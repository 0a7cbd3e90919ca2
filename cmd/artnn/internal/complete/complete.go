// Package complete writes shell scripts that complete a program's commands and
// flags, from the model of its command line. The scripts are static: they do not
// call the program.
package complete

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Script writes the script for bash, zsh or fish.
func Script(w io.Writer, app *kong.Application, shell string) error {
	commands := collect(app.Node, "")
	var text string
	switch shell {
	case "bash":
		text = bash(app.Name, commands)
	case "zsh":
		text = zsh(app.Name, commands)
	case "fish":
		text = fish(app.Name, commands)
	default:
		return fmt.Errorf("no completion for %q: there is one for bash, zsh and fish", shell)
	}
	_, err := io.WriteString(w, text)
	return err
}

// command is a place in the tree of commands.
type command struct {
	path     string // "train image", "" for the program
	children []child
	flags    []flag
	words    []string // that its argument may be; nil means files
	files    bool     // it has an argument that is a file or free text
}

type child struct{ name, help string }

type flag struct {
	name  string
	short rune
	help  string
	value bool // it takes one
	enum  []string
}

func collect(n *kong.Node, path string) (all []command) {
	c := command{path: path}
	for _, sub := range n.Children {
		if !sub.Hidden {
			c.children = append(c.children, child{sub.Name, oneLine(sub.Help)})
		}
	}
	for p := n; p != nil; p = p.Parent { // parents' flags hold too
		for _, f := range p.Flags {
			if !f.Hidden {
				c.flags = append(c.flags, flagOf(f))
			}
		}
	}
	for _, p := range n.Positional {
		if p.Enum != "" {
			c.words = p.EnumSlice()
		} else {
			c.files = true
		}
	}
	all = append(all, c)
	for _, sub := range n.Children {
		if !sub.Hidden {
			all = append(all, collect(sub, strings.TrimSpace(path+" "+sub.Name))...)
		}
	}
	return all
}

func flagOf(f *kong.Flag) flag {
	out := flag{name: f.Name, short: f.Short, help: oneLine(f.Help), value: !f.IsBool()}
	if f.Enum != "" {
		out.enum = f.EnumSlice()
	}
	return out
}

// oneLine is the first sentence of a help text: menus have little room.
func oneLine(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if i := strings.Index(s, ": "); i > 0 {
		s = s[:i]
	}
	if i := strings.Index(s, ". "); i > 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

// names are a flag's forms on a command line.
func (f flag) names() []string {
	names := []string{"--" + f.name}
	if f.short != 0 {
		names = append(names, "-"+string(f.short))
	}
	return names
}

package complete

import (
	"fmt"
	"strings"
)

func fish(name string, commands []command) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# fish completion for %[1]s\n\n", name)
	var paths []string
	for _, c := range commands {
		if c.path != "" {
			paths = append(paths, fishQuote(c.path))
		}
	}
	fmt.Fprintf(&out, `# __%[1]s_at tells whether the command line is at a command.
function __%[1]s_at
    set -l at
    for w in (commandline -opc)[2..-1]
        set -l next (string trim "$at $w")
        if contains -- "$next" %[2]s
            set at $next
        end
    end
    test "$at" = "$argv[1]"
end

`, name, strings.Join(paths, " "))
	for _, c := range commands {
		at := fmt.Sprintf("complete -c %s -n %s", name, fishQuote("__"+name+"_at "+fishQuote(c.path)))
		for _, sub := range c.children {
			fmt.Fprintf(&out, "%s -f -a %s -d %s\n", at, sub.name, fishQuote(sub.help))
		}
		if c.words != nil {
			fmt.Fprintf(&out, "%s -f -a %s\n", at, fishQuote(strings.Join(c.words, " ")))
		}
		for _, f := range c.flags {
			line := at + " -l " + f.name
			if f.short != 0 {
				line += " -s " + string(f.short)
			}
			switch {
			case f.enum != nil:
				line += " -x -a " + fishQuote(strings.Join(f.enum, " "))
			case f.value:
				line += " -r"
			}
			fmt.Fprintf(&out, "%s -d %s\n", line, fishQuote(f.help))
		}
	}
	return out.String()
}

// fishQuote quotes for fish, which knows two escapes within single quotes.
func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

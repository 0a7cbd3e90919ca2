package complete

import (
	"fmt"
	"strings"
)

func zsh(name string, commands []command) string {
	var out strings.Builder
	fmt.Fprintf(&out, "#compdef %s\n", name)
	for _, c := range commands {
		fmt.Fprintf(&out, "\n_%s() {\n", function(name, c.path))
		if len(c.children) > 0 {
			fmt.Fprintf(&out, "  local line state\n  _arguments -C \\\n")
			zshFlags(&out, c.flags)
			fmt.Fprintf(&out, "    '1: :->command' \\\n    '*::arg:->args'\n  case $state in\n  command)\n    local -a commands=(\n")
			for _, sub := range c.children {
				fmt.Fprintf(&out, "      %s\n", single(sub.name+":"+sub.help))
			}
			fmt.Fprintf(&out, "    )\n    _describe command commands ;;\n  args)\n    case $line[1] in\n")
			for _, sub := range c.children {
				fmt.Fprintf(&out, "    %s) _%s ;;\n", sub.name, function(name, strings.TrimSpace(c.path+" "+sub.name)))
			}
			fmt.Fprintf(&out, "    esac ;;\n  esac\n}\n")
			continue
		}
		fmt.Fprintf(&out, "  _arguments \\\n")
		zshFlags(&out, c.flags)
		switch {
		case c.words != nil:
			fmt.Fprintf(&out, "    '1: :(%s)'\n}\n", strings.Join(c.words, " "))
		default:
			fmt.Fprintf(&out, "    '*: :_files'\n}\n")
		}
	}
	fmt.Fprintf(&out, "\nif [ \"$funcstack[1]\" = _%[1]s ]; then\n  _%[1]s \"$@\"\nelse\n  compdef _%[1]s %[1]s\nfi\n", name)
	return out.String()
}

func zshFlags(out *strings.Builder, flags []flag) {
	for _, f := range flags {
		for _, n := range f.names() {
			spec := n
			if f.value && strings.HasPrefix(n, "--") {
				spec += "="
			}
			spec += "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(f.help) + "]"
			switch {
			case f.enum != nil:
				spec += ":value:(" + strings.Join(f.enum, " ") + ")"
			case f.value:
				spec += ":value:_files"
			}
			fmt.Fprintf(out, "    %s \\\n", single(spec))
		}
	}
}

// function is a function's name for a path of commands.
func function(name, path string) string {
	return strings.TrimSuffix(name+"_"+strings.ReplaceAll(path, " ", "_"), "_")
}

// single quotes for a shell.
func single(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

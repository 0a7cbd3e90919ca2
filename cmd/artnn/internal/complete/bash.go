package complete

import (
	"fmt"
	"strings"
)

func bash(name string, commands []command) string {
	var paths, values, words strings.Builder
	for _, c := range commands {
		if c.path != "" {
			fmt.Fprintf(&paths, "%q|", " "+c.path)
		}
		at := " " + c.path
		if c.path == "" {
			at = ""
		}
		var list []string
		for _, sub := range c.children {
			list = append(list, sub.name)
		}
		list = append(list, c.words...)
		var flags []string
		for _, f := range c.flags {
			flags = append(flags, "--"+f.name)
			switch {
			case f.enum != nil:
				for _, n := range f.names() {
					fmt.Fprintf(&values, "    %q) COMPREPLY=($(compgen -W %q -- \"$cur\")); return ;;\n", at+" "+n, strings.Join(f.enum, " "))
				}
			case f.value:
				for _, n := range f.names() {
					fmt.Fprintf(&values, "    %q) return ;;\n", at+" "+n)
				}
			}
		}
		fmt.Fprintf(&words, "    %q) words=%q flags=%q ;;\n", at, strings.Join(list, " "), strings.Join(flags, " "))
	}
	return fmt.Sprintf(`# bash completion for %[1]s
_%[1]s() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at= w words flags
  COMPREPLY=()
  for w in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $w" in
    %[2]s) at="$at $w" ;;
    esac
  done
  case "$at $prev" in
%[3]s  esac
  case "$at" in
%[4]s  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -F _%[1]s %[1]s
`, name, strings.TrimSuffix(paths.String(), "|"), values.String(), words.String())
}

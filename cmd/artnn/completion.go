package main

import (
	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/complete"
)

var _ = commands.add(90, func() any {
	return &struct {
		Completion completion `cmd:"" help:"Print a script that completes artnn's commands and flags in your shell."`
	}{}
})

// completion prints what a shell needs to complete artnn's commands.
type completion struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"Shell: ${enum}."`
}

// Help is shown by --help.
func (*completion) Help() string {
	return `Examples:
  source <(artnn completion bash)
  artnn completion bash > /etc/bash_completion.d/artnn
  artnn completion zsh > "${fpath[1]}/_artnn"
  artnn completion fish > ~/.config/fish/completions/artnn.fish`
}

// Run is the command.
func (c *completion) Run(con *console, k *kong.Context) error {
	return complete.Script(con.data, k.Model, c.Shell)
}

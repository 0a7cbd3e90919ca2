package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/org/artnn/asm"
)

var _ = commands.add(100, func() any {
	return &struct {
		Version version `cmd:"" help:"Print the program's version."`
	}{}
})

// version prints what the program is, for reports of mistakes in it.
type version struct{}

// Help is shown by --help.
func (*version) Help() string {
	return "The second line is the system and the kernels that the program runs on this machine."
}

// Run is the command.
func (*version) Run(con *console) error {
	con.printf("artnn %s\n%s/%s, %s kernels, %s\n", programVersion(), runtime.GOOS, runtime.GOARCH, asm.Selected(), runtime.Version())
	return nil
}

// programVersion is the module's version, or the revision it was built from.
func programVersion() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := build.Main.Version
	if v == "" {
		v = "(devel)"
	}
	for _, s := range build.Settings {
		if s.Key == "vcs.revision" && v == "(devel)" {
			v = fmt.Sprintf("(devel, %.12s)", s.Value)
		}
	}
	return v
}

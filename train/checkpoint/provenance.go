package checkpoint

import (
	"runtime"
	"runtime/debug"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

// Provenance says where a file comes from.
type Provenance struct {
	Maker Maker             `json:"maker"`
	Facts map[string]string `json:"facts,omitempty"` // what its writer added: data, licence, recipe
}

// Maker is a program that wrote a file: other kernels give other bits.
type Maker struct {
	Version string `json:"version"` // of this library; "(devel)" in a checkout
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	Backend string `json:"backend"`
	Kernels string `json:"kernels"`
}

// Program is the running program.
func Program() Maker {
	return Maker{libraryVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, backend.Default().Name(), string(asm.Selected())}
}

const library = "github.com/org/artnn"

// libraryVersion is the version of this library that the program was built with.
func libraryVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	if info.Main.Path == library && info.Main.Version != "" {
		return info.Main.Version
	}
	for _, d := range info.Deps {
		if d.Path == library && d.Version != "" && d.Version != "v0.0.0" {
			return d.Version
		}
	}
	return "(devel)"
}

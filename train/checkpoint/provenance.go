package checkpoint

import (
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
)

// Provenance says where a file comes from.
type Provenance struct {
	Maker   Maker             `json:"maker"`
	Package string            `json:"package,omitempty"` // import path of the model's type, which registers its kind
	Facts   map[string]string `json:"facts,omitempty"`   // what its writer added: data, licence, recipe
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

// packageOf is the import path of a module's type.
func packageOf(m layers.Module) string {
	t := reflect.TypeOf(m)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

// importPath is what an import path looks like.
var importPath = regexp.MustCompile(`^[\w.~+-]+(/[\w.~+-]+)*$`)

// longestPath is more than any package's.
const longestPath = 200

// Package is the import path of the package that registers the model's kind, as
// far as the file says one; "main" is that of the program which wrote it.
func (f *File) Package() string {
	p, err := f.Provenance()
	if err != nil || len(p.Package) > longestPath || !importPath.MatchString(p.Package) {
		return ""
	}
	return p.Package
}

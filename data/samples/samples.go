// Package samples holds three small sets to start from without a download:
// faces for a picture generator, poems and a novel for a text generator.
//
// It is a package of its own so that programs with their own data do not carry
// its 0.9 MB. NOTICE.md says where the sets come from and under which licences
// they may be passed on; _make/README.md says how they were made.
package samples

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"sync"

	"github.com/org/artnn/data"
)

// FaceSize is the width and height of the faces in pixels.
const FaceSize = 16

//go:embed faces16.rgb.gz
var facesGz []byte

//go:embed quatrains.txt
var quatrainsText string

//go:embed moby-dick.txt
var mobyDick string

// Faces is 4,096 distinct pixel-art faces, 16×16 RGB. The set is shared and
// unpacked once.
func Faces() *data.Images { return faces() }

var faces = sync.OnceValue(func() *data.Images {
	z, err := gzip.NewReader(bytes.NewReader(facesGz))
	if err != nil {
		panic("samples: faces: " + err.Error()) // built in, so only a broken build gets here
	}
	pixels, err := io.ReadAll(z)
	if err != nil {
		panic("samples: faces: " + err.Error())
	}
	set, err := data.NewImages(pixels, FaceSize, FaceSize, 3)
	if err != nil {
		panic("samples: faces: " + err.Error())
	}
	return set
})

// Quatrains is 3,000 classical Chinese poems of four times seven characters,
// each two lines of 7，7。 with \n between. The slice is the caller's own.
func Quatrains() []string { return data.Paragraphs(quatrainsText) }

// QuatrainsText is the same as one text, with blank lines between.
func QuatrainsText() string { return quatrainsText }

// MobyDick is the beginning of Melville's novel, as many whole chapters as fit
// into 300 KiB, with blank lines between paragraphs.
func MobyDick() string { return mobyDick }

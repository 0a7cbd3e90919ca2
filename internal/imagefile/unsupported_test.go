package imagefile

import (
	"bytes"
	"image"
	"strings"
	"testing"

	"golang.org/x/image/tiff"
)

// What the decoder has no support for can be used all the same, and how is said.
func TestUnsupportedColours(t *testing.T) {
	var b bytes.Buffer
	if err := tiff.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4)), nil); err != nil {
		t.Fatal(err)
	}
	photometric := []byte{0x06, 0x01, 3, 0, 1, 0, 0, 0}
	at := bytes.Index(b.Bytes(), photometric)
	if at < 0 {
		t.Fatal("no entry for the colours")
	}
	for _, colours := range []byte{5, 8} { // CMYK, CIE L*a*b*
		b.Bytes()[at+len(photometric)] = colours
		_, err := Open(b.Bytes(), 100)
		if err == nil || !strings.HasSuffix(err.Error(), "unsupported feature: color model; save it as PNG") {
			t.Errorf("colours %d: %v", colours, err)
		}
	}
}

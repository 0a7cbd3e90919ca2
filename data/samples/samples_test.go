package samples

import (
	"crypto/sha256"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFaces(t *testing.T) {
	set := Faces()
	if set.Len() != 4096 || set.Width != FaceSize || set.Height != FaceSize || set.Channels != 3 {
		t.Fatalf("got %s, want 4096 pictures of 16×16×3", set.Summary())
	}
	if Faces() != set {
		t.Error("the set was unpacked twice")
	}
	seen := map[[32]byte]bool{}
	for i := range set.Len() {
		var bytes []byte
		for _, v := range set.At(i) {
			bytes = append(bytes, byte(int((v+1)*127.5+0.5)))
		}
		seen[sha256.Sum256(bytes)] = true
	}
	if len(seen) != set.Len() {
		t.Errorf("%d distinct faces, want %d", len(seen), set.Len())
	}
}

func TestQuatrains(t *testing.T) {
	poems := Quatrains()
	if len(poems) != 3000 {
		t.Fatalf("%d poems, want 3000", len(poems))
	}
	seen := map[string]bool{}
	characters := map[rune]bool{}
	for _, poem := range poems {
		seen[poem] = true
		lines := strings.Split(poem, "\n")
		if len(lines) != 2 {
			t.Fatalf("%q has %d lines, want 2", poem, len(lines))
		}
		for _, line := range lines {
			r := []rune(line)
			if len(r) != 16 || r[7] != '，' || r[15] != '。' {
				t.Fatalf("%q does not have the form 7，7。", line)
			}
		}
		for _, r := range poem {
			characters[r] = true
		}
	}
	if len(seen) != len(poems) {
		t.Errorf("%d distinct poems, want %d", len(seen), len(poems))
	}
	if n := len(characters); n > 1800 {
		t.Errorf("%d different characters, want at most 1800", n)
	}
	if strings.Join(poems, "\n\n")+"\n" != QuatrainsText() {
		t.Error("the text and the poems differ")
	}
	poems[0] = "changed"
	if Quatrains()[0] == "changed" {
		t.Error("callers share one slice")
	}
}

func TestMobyDick(t *testing.T) {
	text := MobyDick()
	if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\ufeff") {
		t.Error("the text is not clean UTF-8")
	}
	if n := strings.Count("\n"+text, "\nCHAPTER "); n != 33 {
		t.Errorf("%d chapters, want 33", n)
	}
	if !strings.Contains(text, "Call me Ishmael.") || len(text) < 290_000 || len(text) > 300<<10 {
		t.Errorf("%d bytes that are not the novel's beginning", len(text))
	}
}

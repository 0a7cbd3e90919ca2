package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/arch/arm64/arm64asm"
)

// disassemble decodes one instruction word by tables that owe nothing to ours.
func disassemble(t *testing.T, word uint32) string {
	t.Helper()
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], word)
	in, err := arm64asm.Decode(b[:])
	if err != nil {
		t.Fatalf("%#08x: %v", word, err)
	}
	return normal(arm64asm.GNUSyntax(in))
}

// normal drops the spellings in which disassemblers differ.
func normal(s string) string {
	s = strings.ReplaceAll(s, "#0.0", "#0")
	return strings.Join(strings.Fields(s), " ")
}

func TestEncodeMatchesDisassembler(t *testing.T) {
	for name, in := range instrs {
		var sets [][]int
		switch in.form {
		case threeSame:
			sets = [][]int{{0, 1, 2}, {31, 0, 17}, {8, 31, 16}, {1, 30, 31}}
		case twoMisc, twoZero, acrossLane:
			sets = [][]int{{0, 1}, {31, 0}, {8, 31}}
		case byElement:
			sets = [][]int{{0, 1, 2, 0}, {31, 3, 17, 1}, {8, 31, 15, 2}, {9, 1, 31, 3}}
		case shiftLeft:
			sets = [][]int{{0, 1, 0}, {31, 2, 23}, {5, 31, 31}}
		case shiftRight:
			sets = [][]int{{0, 1, 1}, {31, 2, 23}, {5, 31, 32}}
		}
		for _, args := range sets {
			word, text := encode(name, args...)
			if got := disassemble(t, word); got != normal(text) {
				t.Errorf("%s %v: %#08x disassembles to %q, the comment would say %q", name, args, word, got, text)
			}
		}
	}
}

func TestEncodeRejectsBadOperands(t *testing.T) {
	for _, bad := range []func(){
		func() { encode("nosuch", 0, 1, 2) },
		func() { encode("fadd", 0, 1) },
		func() { encode("fadd", 0, 1, 32) },
		func() { encode("fmla.e", 0, 1, 2, 4) },
		func() { encode("shl", 0, 1, 32) },
		func() { encode("ushr", 0, 1, 0) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic for a bad operand")
				}
			}()
			bad()
		}()
	}
}

var wordLine = regexp.MustCompile(`^\tWORD \$0x([0-9A-F]{8})\s+// (.*)$`)

// TestCommittedWords reads the committed assembly, so that a WORD edited by
// hand, or a comment that lies about it, does not survive.
func TestCommittedWords(t *testing.T) {
	files, err := filepath.Glob("../../*_arm64.s")
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(src), "\n") {
			if !strings.Contains(line, "WORD") || strings.HasPrefix(line, "//") {
				continue
			}
			m := wordLine.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("%s:%d: a WORD without its mnemonic: %q", filepath.Base(name), i+1, line)
				continue
			}
			bits, err := strconv.ParseUint(m[1], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			words++
			if got := disassemble(t, uint32(bits)); got != normal(m[2]) {
				t.Errorf("%s:%d: %s disassembles to %q, the comment says %q", filepath.Base(name), i+1, m[1], got, m[2])
			}
		}
	}
	if words == 0 {
		t.Fatal("no WORD found in ../../*_arm64.s")
	}
}

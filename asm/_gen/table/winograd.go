package table

import (
	"fmt"
	"slices"
	"strings"
)

// WinogradMap is a map of squares that has kernels: the name of its constant in
// package asm, and the matrix applied to both axes.
type WinogradMap struct {
	Name   string
	Matrix [][]float32
}

// WinogradMaps are the maps, in the order of their constants.
func WinogradMaps() []WinogradMap {
	return []WinogradMap{
		{"Winograd2Data", [][]float32{{1, -1, 0}, {0, 1, 0}, {0, -1, 1}}},
		{"Winograd2Out", [][]float32{{1, 1, 0}, {0, 1, 1}}},
		{"Winograd2In", [][]float32{{1, 0}, {1, 1}, {0, 1}}},
		{"Winograd3Data", [][]float32{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}}},
		{"Winograd3Out", [][]float32{{1, 1, 1, 0}, {0, 1, -1, 1}}},
		{"Winograd3In", [][]float32{{1, 0}, {1, 1}, {1, -1}, {0, 1}}},
		{"Winograd3Taps", [][]float32{{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}}},
		{"Winograd3Grad", [][]float32{{1, .5, .5, 0}, {0, .5, -.5, 0}, {0, .5, .5, 1}}},
	}
}

// Kernel is the name of the map's kernels, without the instruction set.
func (m WinogradMap) Kernel() string { return "w" + m.Name[1:] }

// Halves reports whether the matrix has factors of ½.
func (m WinogradMap) Halves() bool {
	for _, row := range m.Matrix {
		if slices.Contains(row, .5) {
			return true
		}
	}
	return false
}

// WinogradKernel is the type of the kernels.
const WinogradKernel = "func(dst, src *[16][]float32, dstStep, srcStep, groups int)"

// Doc is the comment of the kernels.
func (m WinogradMap) Doc() string { return "is the loop of [Winograd.Map] for " + m.Name + "." }

func winograd() Family {
	run := func(set string) *Choice {
		var s strings.Builder
		s.WriteString("switch w {\n")
		for _, m := range WinogradMaps() {
			fmt.Fprintf(&s, "case %s:\n\t%s%s(&s.Dst, &s.Src, s.DstStep, s.SrcStep, s.Groups)\n", m.Name, m.Kernel(), set)
		}
		return &Choice{Do: s.String() + "}"}
	}
	return Family{"winograd", []Func{
		{Name: "winograd", Params: "w Winograd, s *Squares", AVX512: run("AVX512"), AVX2: *run("AVX2"), NEON: *run("NEON")},
	}}
}

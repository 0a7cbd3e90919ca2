//go:build (!amd64 && !arm64) || purego

package asm

func machinePaths() []Path { return nil }

func enable(Path) {}

//go:build (!amd64 && !arm64) || purego

package asm

const lastLevelCache = usualCache

func machinePaths() []Path { return nil }

func enable(Path) {}

//go:build (!amd64 && !arm64) || purego

package asm

// useAVX512 is what [Wide] reports.
const useAVX512 = false

const lastLevelCache = usualCache

func machinePaths() []Path { return nil }

func enable(Path) {}

package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMicroarchitecture(t *testing.T) {
	x86 := func(vendor string, family, model, stepping int) string {
		return fmt.Sprintf("processor\t: 0\nvendor_id\t: %s\ncpu family\t: %d\nmodel\t\t: %d\nmodel name\t: some\nstepping\t: %d\n",
			vendor, family, model, stepping)
	}
	for _, c := range []struct{ want, cpuinfo string }{
		{"zen1", x86(amd, 23, 1, 2)},
		{"zen2", x86(amd, 23, 0x31, 0)},
		{"zen3", x86(amd, 25, 1, 1)},
		{"zen3", x86(amd, 25, 0x21, 0)},
		{"zen4", x86(amd, 25, 0x11, 1)},
		{"zen4", x86(amd, 25, 0x61, 2)},
		{"zen5", x86(amd, 26, 2, 1)},
		{"amd-family26-model80", x86(amd, 26, 0x50, 0)},
		{"skylake-server", x86(intel, 6, 85, 4)},
		{"cascade-lake", x86(intel, 6, 85, 7)},
		{"ice-lake-server", x86(intel, 6, 106, 6)},
		{"sapphire-rapids", x86(intel, 6, 143, 8)},
		{"intel-family6-model1", x86(intel, 6, 1, 0)},
		{"x86-family7-model59", x86("CentaurHauls", 7, 59, 0)},
		{"neoverse-n1", "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"},
		{"arm64-implementer0x61-part0x22", "CPU implementer\t: 0x61\nCPU part\t: 0x022\n"},
		{"riscv64", "hart\t: 0\n"},
		{"riscv64", ""},
	} {
		arch := "riscv64"
		if c.want[:3] == "arm" {
			arch = "arm64"
		}
		require.Equal(t, c.want, microarchitecture(c.cpuinfo, arch))
	}
}

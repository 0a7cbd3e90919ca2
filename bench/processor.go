package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/org/artnn/asm"
)

// processorClass names the processor's microarchitecture and the kernels that
// run on it, such as zen3-avx2: machines of one class have comparable results.
func processorClass() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		info = nil // not Linux: the architecture is all that is known
	}
	return microarchitecture(string(info), runtime.GOARCH) + "-" + string(asm.Selected())
}

// microarchitecture finds a processor's name in the text of /proc/cpuinfo. One
// that is not in the tables is called by its numbers, such as amd-family25-model1.
func microarchitecture(cpuinfo, arch string) string {
	number := func(key string) int {
		n, err := strconv.ParseInt(value(cpuinfo, key), 0, 32)
		if err != nil {
			return -1
		}
		return int(n)
	}
	if vendor := value(cpuinfo, "vendor_id"); vendor != "" {
		id := x86ID{vendor, number("cpu family"), number("model"), number("stepping")}
		return id.name()
	}
	if part := number("CPU part"); part >= 0 {
		if name, ok := armParts[[2]int{number("CPU implementer"), part}]; ok {
			return name
		}
		return fmt.Sprintf("%s-implementer%#x-part%#x", arch, number("CPU implementer"), part)
	}
	return arch
}

// x86ID is what CPUID says about an x86 processor.
type x86ID struct {
	vendor                  string
	family, model, stepping int
}

func (id x86ID) name() string {
	for _, m := range x86Models {
		if id.vendor == m.vendor && id.family == m.family && m.from <= id.model && id.model <= m.to {
			if m.name == "skylake-server" && id.stepping >= 5 {
				return "cascade-lake" // or Cooper Lake, which has the same vector units
			}
			return m.name
		}
	}
	vendor, ok := map[string]string{"AuthenticAMD": "amd", "GenuineIntel": "intel"}[id.vendor]
	if !ok {
		vendor = "x86"
	}
	return fmt.Sprintf("%s-family%d-model%d", vendor, id.family, id.model)
}

const (
	amd   = "AuthenticAMD"
	intel = "GenuineIntel"
)

// x86Models are ranges of models of one microarchitecture, as in the Linux
// kernel: arch/x86/kernel/cpu/amd.c and arch/x86/include/asm/intel-family.h.
var x86Models = []struct {
	vendor           string
	family, from, to int
	name             string
}{
	{amd, 0x17, 0x00, 0x2f, "zen1"},
	{amd, 0x17, 0x50, 0x5f, "zen1"},
	{amd, 0x17, 0x30, 0xaf, "zen2"},
	{amd, 0x19, 0x00, 0x0f, "zen3"},
	{amd, 0x19, 0x20, 0x5f, "zen3"},
	{amd, 0x19, 0x10, 0xaf, "zen4"},
	{amd, 0x1a, 0x00, 0x4f, "zen5"},
	{amd, 0x1a, 0x60, 0x7f, "zen5"},
	{intel, 6, 0x3c, 0x3c, "haswell"},
	{intel, 6, 0x3f, 0x3f, "haswell"},
	{intel, 6, 0x45, 0x46, "haswell"},
	{intel, 6, 0x3d, 0x3d, "broadwell"},
	{intel, 6, 0x47, 0x47, "broadwell"},
	{intel, 6, 0x4f, 0x4f, "broadwell"},
	{intel, 6, 0x56, 0x56, "broadwell"},
	{intel, 6, 0x4e, 0x4e, "skylake"},
	{intel, 6, 0x5e, 0x5e, "skylake"},
	{intel, 6, 0x8e, 0x8e, "skylake"}, // Kaby Lake and Coffee Lake: the same core
	{intel, 6, 0x9e, 0x9e, "skylake"},
	{intel, 6, 0x55, 0x55, "skylake-server"},
	{intel, 6, 0x6a, 0x6a, "ice-lake-server"},
	{intel, 6, 0x6c, 0x6c, "ice-lake-server"},
	{intel, 6, 0x7d, 0x7e, "ice-lake"},
	{intel, 6, 0x8c, 0x8d, "tiger-lake"},
	{intel, 6, 0x97, 0x97, "alder-lake"},
	{intel, 6, 0x9a, 0x9a, "alder-lake"},
	{intel, 6, 0xb7, 0xb7, "raptor-lake"},
	{intel, 6, 0xba, 0xba, "raptor-lake"},
	{intel, 6, 0xbf, 0xbf, "raptor-lake"},
	{intel, 6, 0x8f, 0x8f, "sapphire-rapids"},
	{intel, 6, 0xcf, 0xcf, "emerald-rapids"},
	{intel, 6, 0xad, 0xae, "granite-rapids"},
}

// armParts are cores by implementer and part: arch/arm64/include/asm/cputype.h.
var armParts = map[[2]int]string{
	{0x41, 0xd08}: "cortex-a72",
	{0x41, 0xd0b}: "cortex-a76",
	{0x41, 0xd0c}: "neoverse-n1",
	{0x41, 0xd40}: "neoverse-v1",
	{0x41, 0xd49}: "neoverse-n2",
	{0x41, 0xd4f}: "neoverse-v2",
}

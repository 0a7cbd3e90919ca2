package machine

import (
	"cmp"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// unknownMemory is taken where the system does not tell: more than nearly every
// computer has, in bytes.
const unknownMemory = 1 << 40

// Memory is how many bytes this process can have at most: the memory of the
// machine, or the limit of the container or group of processes that it runs in, if
// that is lower. Where the system does not tell, it is 1 TiB.
func Memory() int64 { return least(memlimit.FromSystem, memlimit.FromCgroup) }

// least is the smallest of limits that are known.
func least(limits ...memlimit.Provider) int64 {
	var known uint64
	for _, limit := range limits {
		if n, err := limit(); err == nil && n > 0 {
			known = min(n, cmp.Or(known, n))
		}
	}
	return int64(min(cmp.Or(known, unknownMemory), 1<<62))
}

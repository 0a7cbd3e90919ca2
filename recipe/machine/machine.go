// Package machine describes the computer that a program runs on.
package machine

import (
	"fmt"
	"runtime"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/cpu" // the default backend
	"github.com/org/artnn/internal/words"
)

// CPU is the processor's name, or its architecture if it does not tell.
func CPU() string {
	if cpuid.CPU.BrandName != "" {
		return cpuid.CPU.BrandName
	}
	return runtime.GOARCH
}

// Cores is how many threads compute at once.
func Cores() int { return runtime.GOMAXPROCS(0) }

// Fact is a line about the machine.
type Fact struct{ Name, Value string }

// Facts is what a report says about the machine.
func Facts() []Fact {
	return []Fact{
		{"processor", CPU()},
		{"threads used", fmt.Sprint(Cores())},
		{"system", runtime.GOOS + "/" + runtime.GOARCH},
		{"backend", backend.Default().Name()},
		{"kernels", string(asm.Selected())},
		{"Go", runtime.Version()},
	}
}

// WattsPerThread is what a busy hardware thread is taken to draw, memory and
// losses included. Laptops need less, old servers more; it is good for an order
// of magnitude.
const WattsPerThread = 10

// Energy estimates what computing on all threads for a time takes, in
// watt-hours.
func Energy(d time.Duration) float64 {
	return d.Hours() * float64(Cores()) * WattsPerThread
}

// EnergyText is the estimate with the assumption it rests on.
func EnergyText(d time.Duration) string {
	return fmt.Sprintf("about %.2g Wh, assuming %d W for each of %s; not measured", Energy(d), WattsPerThread, words.Count(Cores(), "busy thread"))
}

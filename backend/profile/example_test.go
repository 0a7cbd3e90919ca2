package profile_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/cpu"
	"github.com/org/artnn/backend/profile"
	"github.com/org/artnn/tensor"
)

// Whatever is made on a profiler is timed.
func ExampleProfiler() {
	cpu, err := backend.Get("cpu")
	if err != nil {
		log.Fatal(err)
	}
	p := profile.New(cpu)
	rng := tensor.NewRNGOn(p, 1)
	a, b := rng.Normal(0, 1, 32, 64), rng.Normal(0, 1, 64, 16)
	p.Reset()
	a.MatMul(b).Exp()
	for _, e := range p.Events() {
		fmt.Println(e.Op, e.Shape[:e.Rank], e.FLOPs)
	}

	var table bytes.Buffer
	if err := p.WriteTable(&table, profile.Machine{FLOPS: 1e11, Bandwidth: 2e10}); err != nil {
		log.Fatal(err)
	}
	first, _, _ := strings.Cut(table.String(), "\n")
	fmt.Println(strings.Fields(first))
	// Output:
	// gemm [32 16 64] 65536
	// exp [32 16] 512
	// [operation calls ms time GFLOP/s GB/s roofline]
}

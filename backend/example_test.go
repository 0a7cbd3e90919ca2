package backend_test

import (
	"fmt"
	"log"

	"github.com/org/artnn/backend"
	_ "github.com/org/artnn/backend/reference"
)

// A backend owns memory and computes on views of it.
func ExampleGet() {
	be, err := backend.Get("reference")
	if err != nil {
		log.Fatal(err)
	}
	a := backend.NewView(be.Alloc(6), 2, 3)
	be.Write64(a.Buf, 0, []float64{1, 2, 3, 4, 5, 6})
	t := a // transposed: the same memory with other strides
	t.Shape[0], t.Shape[1] = a.Shape[1], a.Shape[0]
	t.Strides[0], t.Strides[1] = a.Strides[1], a.Strides[0]

	product := backend.NewView(be.Alloc(4), 2, 2)
	be.Gemm(product, a, t, 1, 0, backend.Epilogue{})
	numbers := make([]float64, 4)
	be.Read64(numbers, product.Buf, 0)
	fmt.Println(be.Name(), be.Precision(), numbers)

	_, err = backend.Get("abacus")
	fmt.Println(err != nil)
	// Output:
	// reference float64 [14 32 32 77]
	// true
}

// Stride 0 repeats an axis without copying: broadcasting.
func ExampleView() {
	be, err := backend.Get("reference")
	if err != nil {
		log.Fatal(err)
	}
	row := backend.NewView(be.Alloc(3), 3)
	be.Write64(row.Buf, 0, []float64{10, 20, 30})
	twice := backend.NewView(row.Buf, 2, 3)
	twice.Strides[0] = 0

	dst := backend.NewView(be.Alloc(6), 2, 3)
	be.Copy(dst, twice)
	numbers := make([]float64, dst.Size())
	be.Read64(numbers, dst.Buf, 0)
	fmt.Println(twice.Dims(), twice.Contiguous(), numbers)
	// Output:
	// [2 3] false [10 20 30 10 20 30]
}

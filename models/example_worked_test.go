package models_test

import (
	"fmt"
	"log"
	"math"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

// The essay that docs/founding-document.md speaks of works one update of its 3-2-1
// network by hand, for the
// sample 1 0 0 → 1 and the learning rate 0.1. Its numbers are wrong in places;
// here they stand beside the right ones. It gives w₂₁, w₂₂, w₂₃ = 0.5, 0.4, 0.6,
// w₃₁, w₃₂ = 0.2, 0.8 and b = 0.1, 0.2, 0.3; w₁₁ is chosen here so that its
// a₁ = 0.7 holds.
//
// Where the essay differs:
//
//   - It takes a₂ = 0.3 and ŷ = 0.7. Its weights give a₂ = σ(0.5 + 0.2) = 0.668
//     and ŷ = 0.726; even with its a₂, ŷ = σ(0.68) = 0.664.
//   - Its error is y − ŷ, yet it subtracts the step, so every weight moves away
//     from the target. Its own section 4.2.2 has δ = (ŷ − y)·σ′, as here.
//   - It puts σ′ = 0.3 for every neuron. σ′ = σ·(1 − σ) is never above 0.25; at
//     0.7 it is 0.21.
//   - It finds δ₁ = 0.0054 and δ₂ = 0.0216, then goes on with 0.054 and 0.216.
//   - It updates w₂₁, w₂₂, w₂₃ with δ₁. They lead to neuron 2, so δ₂ is theirs.
//   - Its last subtractions are off by themselves: 0.2 − 0.1·0.09·0.7 is 0.1937
//     (not 0.1503), 0.8 − 0.1·0.09·0.3 is 0.7973 (not 0.7476), 0.5 − 0.1·0.054
//     is 0.4946 (not 0.4414), 0.1 − 0.1·0.054 is 0.0946 (not 0.046),
//     0.2 − 0.1·0.216 is 0.1784 (not 0.084) and 0.3 − 0.1·0.09 is 0.291 (not
//     0.2103).
func ExampleMLP_workedByHand() {
	net, err := models.NewMLP(models.MLPConfig{Sizes: []int{3, 2, 1}, LR: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	params := map[string]*tensor.Tensor{}
	for name, p := range layers.Params(net) {
		params[name] = p
	}
	w11 := math.Log(0.7/0.3) - 0.1
	params["0.weight"].SetFloat64s([]float64{w11, 0, 0, 0.5, 0.4, 0.6}) // w₁₂ and w₁₃ meet inputs of 0
	params["0.bias"].SetFloat64s([]float64{0.1, 0.2})
	params["2.weight"].SetFloat64s([]float64{0.2, 0.8})
	params["2.bias"].SetFloat64s([]float64{0.3})

	x, y := []float32{1, 0, 0}, []float32{1}
	fmt.Println("    document   right")
	row := func(name string, document float64, right float64) {
		fmt.Printf("%-3s %8.4f %8.4f\n", name, document, right)
	}
	row("ŷ", 0.7, float64(net.Predict(x)[0]))
	net.Step(x, y)

	// With one sample the gradient of a bias is its neuron's δ.
	delta := params["0.bias"].Grad().Float64s()
	row("δ₃", 0.09, params["2.bias"].Grad().Item())
	row("δ₁", 0.0054, delta[0])
	row("δ₂", 0.0216, delta[1])
	second, first := params["2.weight"].Float64s(), params["0.weight"].Float64s()
	row("w₃₁", 0.1503, second[0])
	row("w₃₂", 0.7476, second[1])
	row("w₂₁", 0.4414, first[3])
	row("w₂₂", 0.4, first[4])
	row("w₂₃", 0.6, first[5])
	bias := params["0.bias"].Float64s()
	row("b₁", 0.046, bias[0])
	row("b₂", 0.084, bias[1])
	row("b₃", 0.2103, params["2.bias"].Item())
	fmt.Printf("ŷ after: %.4f, nearer to %v\n", net.Predict(x)[0], y[0])
	// Output:
	//     document   right
	// ŷ     0.7000   0.7260
	// δ₃    0.0900  -0.0545
	// δ₁    0.0054  -0.0023
	// δ₂    0.0216  -0.0097
	// w₃₁   0.1503   0.2038
	// w₃₂   0.7476   0.8036
	// w₂₁   0.4414   0.5010
	// w₂₂   0.4000   0.4000
	// w₂₃   0.6000   0.6000
	// b₁    0.0460   0.1002
	// b₂    0.0840   0.2010
	// b₃    0.2103   0.3054
	// ŷ after: 0.7282, nearer to 1
}

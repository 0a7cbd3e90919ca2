package tensor

import "fmt"

// Swap exchanges the numbers of two tensors outside any tape without copying: a
// model's weights with their averages, say. Gradients stay with their tensors.
// Views made before keep the memory that they were made on, so a pass must not
// lie around a swap: its backward pass would mix both.
//
// Panics if either is on a tape or strided, or if shapes or backends differ.
func (t *Tensor) Swap(u *Tensor) {
	t.checkOff("swap")
	u.checkOff("swap")
	common("swap", t, u)
	if !t.view.SameShape(&u.view) {
		Fail("swap", fmt.Sprintf("the other tensor must have shape %v", t.Shape()), "%v", u.Shape())
	}
	if !t.view.Contiguous() || !u.view.Contiguous() {
		panic(&UseError{"swap", "a tensor is a strided view: swap the tensors that own the memory"})
	}
	t.store, u.store = u.store, t.store
	t.view, u.view = u.view, t.view
}

package tensor

import "github.com/org/artnn/backend"

// product is a gradient that has not been formed: the product of two matrices.
type product struct{ a, b factor }

// factor keeps the memory of a value that its tape may free.
type factor struct {
	view  backend.View
	store *storage
}

func (f *factor) take(t *Tensor) {
	t.store.refs.Add(1)
	f.view, f.store = t.view, t.store
}

func (f *factor) drop(be backend.Backend) {
	f.store.release(be)
	*f = factor{}
}

// postpone keeps a@c as the gradient of a parameter that has none, if the backend
// wants it. Both must be values of a pass, which nobody overwrites: parameters
// change before the gradient is formed.
func (t *Tensor) postpone(a, c *Tensor) bool {
	if t.gradSet || !a.store.passing || !c.store.passing {
		return false
	}
	kernel, ok := t.be.(backend.ProductAdamKernel)
	if !ok || !kernel.WantsProduct(a.view.Shape[0], a.view.Shape[1], c.view.Shape[1]) {
		return false
	}
	if t.product == nil {
		t.product = new(product)
	}
	t.product.a.take(a)
	t.product.b.take(c)
	t.gradSet = true
	return true
}

// postponed reports whether the gradient has not been formed.
func (t *Tensor) postponed() bool { return t.product != nil && t.product.a.store != nil }

// formGrad forms a postponed gradient.
func (t *Tensor) formGrad() {
	if !t.postponed() {
		return
	}
	grad := t.gradMemory()
	t.be.Gemm(grad.view, t.product.a.view, t.product.b.view, 1, 0, backend.Epilogue{})
	t.forgetProduct()
}

func (t *Tensor) forgetProduct() {
	if t.postponed() {
		t.product.a.drop(t.be)
		t.product.b.drop(t.be)
	}
}

// GradProduct is the gradient of a large weight as matrices a and b with
//
//	Grad() = a@b
//
// where it has not been computed: [Tensor.Grad] computes it.
// Optimisers that use the factors avoid writing and reading the gradient. The
// views are valid until the next call of ZeroGrad, Grad or Backward.
func (t *Tensor) GradProduct() (a, b backend.View, ok bool) {
	if !t.postponed() {
		return a, b, false
	}
	return t.product.a.view, t.product.b.view, true
}

package cpu

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/reference"
)

// exact computes a convolution on the reference backend.
func (c *cpu) exact(dst *backend.View, inputs []*backend.View, f func(r *reference.Backend, dst backend.View, in []backend.View)) {
	r := reference.New()
	copyIn := func(v *backend.View) backend.View {
		if v.Buf == nil {
			return *v
		}
		w := *v
		w.Buf = r.Alloc(v.Buf.Len())
		r.Write32(w.Buf, 0, data(v.Buf))
		return w
	}
	var in []backend.View
	for _, v := range inputs {
		in = append(in, copyIn(v))
	}
	d := copyIn(dst)
	f(r, d, in)
	r.Read32(data(dst.Buf), d.Buf, 0)
}

func (c *cpu) Conv2d(dst, x, w backend.View, conv backend.Conv, ep backend.Epilogue) {
	c.exact(&dst, []*backend.View{&x, &w, &ep.Bias}, func(r *reference.Backend, dst backend.View, in []backend.View) {
		ep.Bias = in[2]
		r.Conv2d(dst, in[0], in[1], conv, ep)
	})
}

func (c *cpu) Conv2dInputGrad(dst, g, w backend.View, conv backend.Conv, ep backend.Epilogue) {
	c.exact(&dst, []*backend.View{&g, &w, &ep.Bias}, func(r *reference.Backend, dst backend.View, in []backend.View) {
		ep.Bias = in[2]
		r.Conv2dInputGrad(dst, in[0], in[1], conv, ep)
	})
}

func (c *cpu) Conv2dWeightGrad(dst, g, x backend.View, conv backend.Conv, beta float64) {
	c.exact(&dst, []*backend.View{&g, &x}, func(r *reference.Backend, dst backend.View, in []backend.View) {
		r.Conv2dWeightGrad(dst, in[0], in[1], conv, beta)
	})
}

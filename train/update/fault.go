package update

import "fmt"

// NonFinite names the first value of the last step that was a NaN or an
// infinity, "" if there was none.
func (u *Update) NonFinite() string { return u.fault }

// Check reports whether a step is to go on with a loss of this value. If the value
// is not finite, it looks through the pass for the first that went bad, which it
// tells apart as one of the named parameters if it is.
//
// With a Reducer the step goes on in any case, since other machines wait for its
// gradients: [Update.Backward] makes NaNs of them, so that all machines learn of it,
// and [Update.Apply] changes nothing on any.
func (u *Update) Check(value float64, named Params) bool {
	if isFinite(value) {
		return true
	}
	if u.fault == "" {
		u.blamePass(named)
	}
	return u.cfg.Reducer != nil
}

// blamePass looks for the first bad value of a forward pass.
func (u *Update) blamePass(named Params) {
	op, bad := u.tape.FirstNonFinite()
	switch {
	case bad == nil:
		u.fault = "the loss"
		return
	case op != "":
		u.fault = fmt.Sprintf("the result %v of %s", bad.Shape(), op)
		return
	}
	u.fault = fmt.Sprintf("an input of shape %v", bad.Shape())
	for name, p := range named {
		if p == bad {
			u.fault = fmt.Sprintf("the parameter %q", name)
			return
		}
	}
}

// blameGradient looks for the first parameter whose gradient is bad.
func (u *Update) blameGradient() {
	u.fault = "the norm of the gradient"
	for _, p := range u.params {
		if g := p.Grad(); g != nil {
			for _, v := range g.Float64s() {
				if !isFinite(v) {
					u.fault = fmt.Sprintf("the gradient of %q", u.names[p])
					return
				}
			}
		}
	}
}

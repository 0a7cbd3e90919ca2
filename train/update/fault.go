package update

import "fmt"

// NonFinite names the first value of the last step that was a NaN or an
// infinity, "" if there was none.
func (u *Update) NonFinite() string { return u.fault }

// Check reports whether the value of a loss is finite. If it is not, it looks
// through the pass for the first value that went bad, which it tells apart as
// one of the named parameters if it is.
func (u *Update) Check(value float64, named Params) bool {
	if isFinite(value) {
		return true
	}
	u.blamePass(named)
	return false
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

package winograd

import "github.com/org/artnn/asm"

const lanes = asm.WinogradLanes

// method is the maps for one size of windows.
type method struct {
	points int // products along an axis

	data asm.Winograd // of pixels
	taps asm.Winograd // of weights
	out  asm.Winograd // from products to windows
	in   asm.Winograd // of gradients of windows
	grad asm.Winograd // from products to gradients of weights
}

// methods are by the number of taps.
var methods = [...]method{
	2: {3, asm.Winograd2Data, asm.Winograd2In, asm.Winograd2Out, asm.Winograd2In, asm.Winograd2Out},
	3: {4, asm.Winograd3Data, asm.Winograd3Taps, asm.Winograd3Out, asm.Winograd3In, asm.Winograd3Grad},
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

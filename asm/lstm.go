package asm

// LSTMCell runs one row of an LSTM cell of H = len(h) units in one pass, the
// same bits on every path. gates holds the pre-activations of the input,
// forget, cell and output gates, H each, and gets the activated gates:
//
//	i, f, o = sigmoid(·);  g = tanh(·)
//	c = f·cPrev + i·g
//	h = o·tanh(c)
//
// c may be cPrev. Panics unless len(gates) = 4H and len(c) = len(cPrev) = H.
func LSTMCell(h, c, gates, cPrev []float32) {
	same2("lstm cell", len(h), len(c), len(cPrev))
	same("lstm cell gates", 4*len(h), len(gates))
	lstmCell(h, c, gates, cPrev)
}

// LSTMRow is one row of the gradient of an LSTM cell of H units. DGates may be Gates,
// and DCPrev may be DC.
type LSTMRow struct {
	DGates []float32 // result, 4H: the gradients of the gates before their activation
	DCPrev []float32 // result, H

	Gates    []float32 // 4H: activated
	C, CPrev []float32 // H
	DH, DC   []float32 // H: the gradients of h and of C
}

// LSTMCellGrad is the gradient of one row of [LSTMCell]:
//
//	t  = tanh(C);  d = DC + DH·o·(1 − t²)
//	DGates = d·g·i(1−i),  d·CPrev·f(1−f),  d·i·(1−g²),  DH·t·o(1−o)
//	DCPrev = d·f
//
// Panics unless Gates and DGates have length 4H and the others H.
func LSTMCellGrad(r *LSTMRow) {
	h := len(r.DCPrev)
	same2("lstm cell grad", h, len(r.C), len(r.CPrev))
	same2("lstm cell grad", h, len(r.DH), len(r.DC))
	same2("lstm cell grad gates", 4*h, len(r.Gates), len(r.DGates))
	lstmCellGrad(r)
}

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

// LSTMCellGrad is the gradient of one row of [LSTMCell]. From the activated
// gates, c and cPrev, and the gradients dh of h and dc of c, it computes the
// gradients of the pre-activations and of cPrev:
//
//	t  = tanh(c);  d = dc + dh·o·(1 − t²)
//	dgates = d·g·i(1−i),  d·cPrev·f(1−f),  d·i·(1−g²),  dh·t·o(1−o)
//	dcPrev = d·f
//
// dcPrev may be dc, and dgates may be gates. Panics unless gates and dgates
// have length 4H and the others H.
func LSTMCellGrad(dgates, dcPrev, gates, c, cPrev, dh, dc []float32) {
	h := len(dcPrev)
	same2("lstm cell grad", h, len(c), len(cPrev))
	same2("lstm cell grad", h, len(dh), len(dc))
	same2("lstm cell grad gates", 4*h, len(gates), len(dgates))
	lstmCellGrad(dgates, dcPrev, gates, c, cPrev, dh, dc)
}

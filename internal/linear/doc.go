// Package linear fits the linear models that a network on a table is measured
// against, in float64: ridge regression and softmax regression.
//
// Both take rows of inputs of about unit scale, most of which may be zero, and an
// intercept that is not penalised.
package linear

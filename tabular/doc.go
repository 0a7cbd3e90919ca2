// Package tabular predicts one column of a table from the others: prices, classes.
//
// A [Model] is a multilayer perceptron between a table's columns and its target.
// It is saved and loaded as any model, once this package is imported:
//
//	model, err := models.LoadAs[*tabular.Model]("prices.safetensors")
package tabular

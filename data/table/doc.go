// Package table holds tables: rows of works, sales or measurements, in columns
// that each have a name and a kind. It is what models that predict one column
// from the others learn from.
//
//	sales, err := table.LoadCSV("sales.csv", table.Options{})
//	if err != nil {
//		return err
//	}
//	fmt.Println(sales) // what was read, a line for each column
//
// A table comes from a CSV file with [LoadCSV] or [ReadCSV], or from a program
// with [New].
//
// # Kinds
//
// A column of a file is a [Number] if every value in it is one, a [Date] if every
// value is written the same way and that is a way of writing dates, and a
// [Category] otherwise. [Options] can say otherwise. A value that is not known is
// missing in any column.
//
// Numbers are written as Go and most programs write them: 1234.5, -3 or 6e-4.
// Thousands separators, decimal commas, percent and currency signs are not read:
// "1,234" is one number to some and another to others. A column that is nearly
// all numbers, or nearly all dates, is an error that names the first value that is
// not, rather than a category with one level for each row.
//
// # Lightness
//
// The package imports nothing outside the module and the standard library, so
// that models can import it; [github.com/org/artnn/data] splits its tables and
// cuts them into batches.
package table

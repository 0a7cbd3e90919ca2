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
// missing in any column. A column that is nearly all numbers, or nearly all dates,
// is an error that names the first value that is not, rather than a category with
// one level for each row.
//
// Digits that begin with a zero, as of postal codes, and integers above 2⁵³, which
// float64 cannot tell apart, are names: a column of digits with one of them is a
// category.
//
// # Numbers
//
// A number may have a sign, or brackets for a minus; a currency or a percent sign
// before or after it, the same in the whole column; decimals after a point or a
// comma; and thousands set apart by the other of these, spaces or apostrophes:
// 1234.5, -3, 6e-4, "1,234.50", 1.234,50 €, 12 %, ($1,000). "1,234" is one number to
// some and another to others. The other values of the column tell which is meant,
// then those of other columns, then the delimiter; where none does, it is an error.
//
// # Dates
//
// Dates are ISO 8601 and what is near it, three numbers with slashes, dots or dashes
// between them, English names of months, and 2006年1月2日, each with or without a
// time of day (also with AM and PM, and fractions) and an offset from UTC. Whether
// day or month is first, the whole column tells; where it does not, it is an error.
//
// # Reading like before
//
// What was found out is kept in [Column].Format and [Table.Dialect]. Given back in
// [Options], they make another file be read the same way, or be refused.
//
// # Memory
//
// A file is read in two passes, and never held. A value takes from one to eight
// bytes, as the widest of its column needs. Each distinct name of a category takes
// about 20 bytes and its text. A table of some rows of another shares its values.
package table

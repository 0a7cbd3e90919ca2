package table_test

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/org/artnn/data/table"
)

func ExampleReadCSV() {
	file := strings.NewReader(`artist,height,sold,price
"Li, Q.",50.5,2006-01-02,1200
Bo,,2010-05-06,NA
Anna,30,2007-11-30,950
`)
	sales, err := table.ReadCSV(file, table.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sales)
	// Output:
	// 3 rows
	//   artist  category  3 levels: Anna, Bo, Li, Q.
	//   height  number    30 to 50.5, mean 40.25; 1 missing
	//   sold    date      2006-01-02 to 2010-05-06
	//   price   number    950 to 1200, mean 1075; 1 missing
}

// An error says where it is, and which value it met.
func ExampleReadCSV_errors() {
	file := strings.NewReader("lot,price\n1,950\n2,\"12,3x\"\n")
	_, err := table.ReadCSV(file, table.Options{Kinds: map[string]table.Kind{"price": table.Number}})
	fmt.Println(err)
	// Output:
	// line 3: column "price": "12,3x" is not a number; numbers are written like 1234.5, -1,234.50, 1.234,5 or $1,234; use Options.Missing = "12,3x" or Options.Kinds["price"] = "category"
}

// A program can make a table itself.
func ExampleNew() {
	sales, err := table.New(
		table.Numbers("price", 1200, math.NaN()),
		table.Categories("medium", "oil", "print"),
		table.Dates("sold", time.Date(2006, 1, 2, 0, 0, 0, 0, time.UTC), time.Time{}),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	known, _ := sales.Known("price")
	fmt.Println(sales.Len(), known.Len())
	// Output: 2 1
}

// A column more, from the others.
func ExampleTable_With() {
	works, err := table.New(table.Numbers("height", 30, 40), table.Numbers("width", 20, 50))
	if err != nil {
		fmt.Println(err)
		return
	}
	height, _ := works.Column("height")
	width, _ := works.Column("width")
	area := make([]float64, works.Len())
	for i := range area {
		area[i] = height.Value(i) * width.Value(i)
	}
	works, err = works.With(table.Numbers("area", area...))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(works)
	// Output:
	// 2 rows
	//   height  number  30 to 40, mean 35
	//   width   number  20 to 50, mean 35
	//   area    number  600 to 2000, mean 1300
}

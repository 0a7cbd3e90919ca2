package report

// Matrix is a table of counts, darker where they are large.
type Matrix struct {
	Down, Across  string // what the rows are, and the columns
	Rows, Columns []string
	Counts        [][]int // [row][column]
}

// shadedRow is a row of a matrix as the page shows it.
type shadedRow struct {
	Name  string
	Cells []shadedCell
}

type shadedCell struct {
	Count int
	Shade float64 // from 0 to 1
}

// darkest is the shade of a cell that has all of its row, still light enough to
// read what is on it.
const darkest = 0.6

// Shaded are the rows with the share that each cell has of its row.
func (m *Matrix) Shaded() (rows []shadedRow) {
	for i, counts := range m.Counts {
		total := 0
		for _, n := range counts {
			total += n
		}
		row := shadedRow{Name: m.Rows[i]}
		for _, n := range counts {
			cell := shadedCell{Count: n}
			if total > 0 {
				cell.Shade = float64(int(100*darkest*float64(n)/float64(total)+0.5)) / 100
			}
			row.Cells = append(row.Cells, cell)
		}
		rows = append(rows, row)
	}
	return rows
}

package table

import (
	"fmt"
	"math"
	"strings"
	"time"
)

const secondsPerDay = 24 * 60 * 60

// daysOf is a moment in days since the beginning of 1970 in UTC.
func daysOf(t time.Time) float64 {
	return (float64(t.Unix()) + float64(t.Nanosecond())/1e9) / secondsPerDay
}

// mostDays bounds dates, to some thirty thousand years from now and back.
const mostDays = 1e7

// Time is the moment, in UTC, of a value of a column of dates. It is right to the
// microsecond: a float64 of days has no room for more.
func Time(days float64) time.Time {
	whole := math.Floor(days)
	rest := math.Round((days - whole) * secondsPerDay * 1e6)
	return time.Unix(int64(whole)*secondsPerDay, 0).UTC().Add(time.Duration(rest) * time.Microsecond)
}

func dateText(days float64) string {
	t := Time(days)
	if days == math.Floor(days) {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05.999999Z")
}

// zoneName is what Go's notation calls the name of a zone.
const zoneName = "MST"

// parseDate reads a date in one layout.
func parseDate(text, layout string) (days float64, ok bool) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return 0, false
	}
	// Of other names than these, Go takes the offset for zero.
	if strings.Contains(layout, zoneName) {
		if name, _ := t.Zone(); name != "UTC" && name != "GMT" {
			return 0, false
		}
	}
	return daysOf(t), true
}

// orders are the ways in which day, month and year may follow each other, for
// [Options].Dates.
var orders = []string{"dmy", "mdy", "ymd"}

// dateOrder is the order of day, month and year in a layout or in the name of an
// order, such as "dmy" for both "dmy" and "2/1/2006".
func dateOrder(layout string) (order string, err error) {
	for _, o := range orders {
		if layout == o {
			return o, nil
		}
	}
	// No part of this moment is like another.
	text := time.Date(2033, time.December, 25, 7, 8, 9, 0, time.UTC).Format(layout)
	day, year := strings.Index(text, "25"), strings.Index(text, "33")
	month := max(strings.Index(text, "12"), strings.Index(text, "Dec"))
	for at := range text {
		switch at {
		case day:
			order += "d"
		case month:
			order += "m"
		case year:
			order += "y"
		}
	}
	if year < 0 || month < 0 {
		return "", fmt.Errorf("date layout %q: use \"dmy\", \"mdy\", \"ymd\", or the date of 2 January 2006 as your dates are written, such as \"2/1/2006\" or \"Jan 2, 2006\"", layout)
	}
	return order, nil
}

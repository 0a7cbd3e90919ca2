package table

import (
	"math"
	"strings"
	"time"
)

// layouts are the ways of writing dates that are known, in Go's notation. Days
// and months may have one digit or two.
var layouts = []string{
	"2006-1-2",
	"2006-1-2T15:04:05Z07:00",
	"2006-1-2T15:04:05",
	"2006-1-2T15:04",
	"2006-1-2 15:04:05Z07:00",
	"2006-1-2 15:04:05",
	"2006-1-2 15:04",
	"2006-1",
	"2006/1/2",
	"2006/1/2 15:04:05",
	"2006/1/2 15:04",
	"2006.1.2",
	"2.1.2006",
	"2.1.2006 15:04",
	"2 January 2006",
	"2 Jan 2006",
	"2-Jan-2006",
	"January 2, 2006",
	"Jan 2, 2006",
	"January 2 2006",
	"Jan 2 2006",
	"January 2006",
	"Jan 2006",
	"2006年1月2日",
	dayFirst,
	monthFirst,
}

// Two of them read many of the same texts and mean another day.
const (
	dayFirst   = "2/1/2006"
	monthFirst = "1/2/2006"
)

const secondsPerDay = 24 * 60 * 60

// daysOf is a moment in days since the beginning of 1970 in UTC.
func daysOf(t time.Time) float64 {
	return (float64(t.Unix()) + float64(t.Nanosecond())/1e9) / secondsPerDay
}

// mostDays bounds dates, to some thirty thousand years from now and back.
const mostDays = 1e7

// Time is the moment, in UTC, of a value of a column of dates. It is right to the
// microsecond: a float64 of days tells no more apart.
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

// mayBeDate is quick to say no to what none of the known layouts reads: all of
// them begin with a digit or the name of a month.
func mayBeDate(text string) bool {
	if len(text) < 6 || len(text) > 40 {
		return false
	}
	if text[0] >= '0' && text[0] <= '9' {
		return strings.ContainsAny(text, "-/. 年")
	}
	return strings.Contains("jan feb mar apr may jun jul aug sep oct nov dec", strings.ToLower(text[:3]))
}

// parseDate reads a date in one layout.
func parseDate(text, layout string) (days float64, ok bool) {
	t, err := time.Parse(layout, text)
	if err != nil {
		return 0, false
	}
	return daysOf(t), true
}

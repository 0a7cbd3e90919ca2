package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// work is what the law knows of a sale.
type work struct {
	reputation    float64 // of the artist, 5 to 100
	height, width float64 // in cm
	medium        string
	condition     string
	sold          time.Time
}

// The law of the market: prices are products of what the works are, and errors
// are shares of the price.
//
//	price = 900 · (reputation/50)^1.5 · area^0.6 · medium · condition · market(sold) · e^(0.3·z)
//
// with the area in m² and z standard normal.
const (
	base       = 900
	fame       = 1.5 // a name counts for more than it is
	size       = 0.6 // a work of twice the area is not worth twice as much
	deviation  = 0.3 // of the noise, in ln price
	growth     = 0.04
	swing      = 0.35 // of the cycle, in ln price
	cycleYears = 15
)

var (
	media      = map[string]float64{"oil": 1, "watercolour": 0.45, "drawing": 0.3, "print": 0.12}
	conditions = map[string]float64{"good": 1, "restored": 0.8, "damaged": 0.45}
	firstSale  = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
)

const daysOfSales = 30 * 365

// market is the state of the market at a time: growth, with booms and slumps.
func market(sold time.Time) float64 {
	years := sold.Sub(firstSale).Hours() / 24 / 365.25
	return math.Exp(growth*years + swing*math.Sin(2*math.Pi*years/cycleYears))
}

// law is the price without noise: the middle of what a work may fetch, and the
// best that any prediction can do.
func (w work) law() float64 {
	area := w.height * w.width / 1e4
	return base * math.Pow(w.reputation/50, fame) * math.Pow(area, size) *
		media[w.medium] * conditions[w.condition] * market(w.sold)
}

// sales draws works and what they were sold for.
func sales(n int, seed uint64) ([]work, []float64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	side := func(around, spread float64) float64 {
		return math.Round(max(10, min(250, around*math.Exp(spread*rng.NormFloat64()))))
	}
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	works, prices := make([]work, n), make([]float64, n)
	for i := range works {
		w := work{
			reputation: float64(5 + rng.IntN(96)),
			height:     side(60, 0.6),
			medium:     pick("oil", "oil", "watercolour", "drawing", "print", "print"),
			condition:  pick("good", "good", "good", "restored", "damaged"),
			sold:       firstSale.AddDate(0, 0, rng.IntN(daysOfSales)),
		}
		w.width = side(w.height, 0.3)
		works[i], prices[i] = w, w.law()*math.Exp(deviation*rng.NormFloat64())
	}
	return works, prices
}

// csvOf writes sales as a file has them. Which lot a work was tells nothing.
func csvOf(works []work, prices []float64) string {
	var b strings.Builder
	fmt.Fprintln(&b, "lot,reputation,height,width,medium,condition,sold,price")
	for i, w := range works {
		fmt.Fprintf(&b, "%d,%g,%g,%g,%s,%s,%s,%.2f\n",
			1+i*7919%997, w.reputation, w.height, w.width, w.medium, w.condition, w.sold.Format("2006-01-02"), prices[i])
	}
	return b.String()
}

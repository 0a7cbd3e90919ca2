package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"

	"github.com/org/artnn/asm"
)

// result is the measurement of one row.
type result struct {
	Name      string   `json:"name"`
	OursMS    float64  `json:"ours_ms"`
	PeerMS    *float64 `json:"peer_ms"` // null without PyTorch, as Ratio
	Ratio     *float64 `json:"ratio"`   // ours / peer
	FloorMS   float64  `json:"floor_ms"`
	Allocs    float64  `json:"allocs"`               // of the Go heap, in one step
	GenericMS *float64 `json:"generic_ms,omitempty"` // ours without assembly

	title string
}

// bench is one run of this program.
type bench struct {
	out    io.Writer
	plan   plan
	limits limits
	peer   peerSettings
	noPeer bool // PyTorch is not installed
}

// speed measures rows against the peer.
func (b *bench) speed(picked []row, generic bool) ([]result, error) {
	var results []result
	for _, r := range picked {
		fmt.Fprintln(os.Stderr, "measuring", r.name)
		res, err := b.speedOf(r, generic)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		results = append(results, res)
	}
	return results, nil
}

func (b *bench) speedOf(r row, generic bool) (result, error) {
	runtime.GC() // frees the memory of the row before
	work, err := r.build()
	if err != nil {
		return result{}, err
	}
	sides := []contestant{ours{work, b.peer.threads}}
	if !b.noPeer {
		p, _, err := startPeer(b.peer, r.peer)
		if err != nil {
			return result{}, fmt.Errorf("peer: %w", err)
		}
		defer p.stop()
		sides = append(sides, p)
	}
	samples, err := alternate(b.plan, sides...)
	if err != nil {
		return result{}, err
	}
	res := result{Name: r.name, title: r.title, OursMS: median(samples[0]), FloorMS: b.limits.floor(r.cost)}
	if len(samples) > 1 {
		peer := median(samples[1])
		ratio := res.OursMS / peer
		res.PeerMS, res.Ratio = &peer, &ratio
	}
	if res.Allocs, err = allocations(work); err != nil {
		return result{}, err
	}
	if generic {
		ms, err := b.generic(r)
		if err != nil {
			return result{}, err
		}
		res.GenericMS = &ms
	}
	return res, nil
}

// generic measures a row with the kernels written in Go.
func (b *bench) generic(r row) (float64, error) {
	defer asm.Use(asm.Generic)()
	work, err := r.build()
	if err != nil {
		return 0, err
	}
	short := b.plan
	short.rounds = 1
	samples, err := alternate(short, ours{work, b.peer.threads})
	if err != nil {
		return 0, err
	}
	return median(samples[0]), nil
}

// speedTable is the first table.
func speedTable(results []result) *table {
	t := &table{head: []string{"work", "ours ms", "PyTorch ms", "ratio", "floor ms", "× floor", "allocs"}}
	generic := len(results) > 0 && results[0].GenericMS != nil
	if generic {
		t.head = append(t.head, "generic ms")
	}
	for _, r := range results {
		multiple := missing
		if r.FloorMS >= 0.01 { // ms; below, calls cost more than arithmetic
			multiple = number(r.OursMS / r.FloorMS)
		}
		cells := []string{r.title, number(r.OursMS), numberOr(r.PeerMS), numberOr(r.Ratio),
			number(r.FloorMS), multiple, fmt.Sprintf("%.0f", math.Ceil(r.Allocs))}
		if generic {
			cells = append(cells, numberOr(r.GenericMS))
		}
		t.add(cells...)
	}
	return t
}

// encode is the JSON of the first table.
func encode(results []result) ([]byte, error) {
	text, err := json.MarshalIndent(struct {
		Rows []result `json:"rows"`
	}{results}, "", "  ")
	return append(text, '\n'), err
}

package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// request is one line to a program that measures; reply is its answer. peer.py and
// blas.c describe the protocol. Rows of older revisions are measured through it
// too, so what they understand must stay as it is.
type request struct {
	Do      string `json:"do"`
	Row     string `json:"row,omitempty"`
	Threads int    `json:"threads,omitempty"`
	Steps   int    `json:"steps,omitempty"`

	// Only for blas.c.
	M      int `json:"m,omitempty"`
	N      int `json:"n,omitempty"`
	K      int `json:"k,omitempty"`
	TransA int `json:"trans_a,omitempty"`
	TransB int `json:"trans_b,omitempty"`
	Reps   int `json:"reps,omitempty"`
}

type reply struct {
	Error    string            `json:"error,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
	MS       []float64         `json:"ms,omitempty"`
	BaseMB   float64           `json:"base_mb,omitempty"`
	PeakMB   float64           `json:"peak_mb,omitempty"`

	GFLOPS map[string]float64 `json:"gflops,omitempty"`
}

// line is the protocol's client.
type line struct {
	to   *json.Encoder
	from *bufio.Reader
}

func newLine(to io.Writer, from io.Reader) *line {
	return &line{json.NewEncoder(to), bufio.NewReader(from)}
}

// call sends a request and waits for the reply.
func (l *line) call(r request) (reply, error) {
	if err := l.to.Encode(r); err != nil {
		return reply{}, fmt.Errorf("%s: %w", r.Do, err)
	}
	text, err := l.from.ReadBytes('\n')
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the program ended before it replied")
		}
		return reply{}, fmt.Errorf("%s: %w", r.Do, err)
	}
	var a reply
	if err := json.Unmarshal(text, &a); err != nil {
		return reply{}, fmt.Errorf("%s: reply %q: %w", r.Do, text, err)
	}
	if a.Error != "" {
		return reply{}, fmt.Errorf("%s: %s", r.Do, a.Error)
	}
	return a, nil
}

// run makes a line a contestant, after a row has been set up.
func (l *line) run(n int) ([]float64, error) { return l.steps(n, 0) }

// steps is run with a number of repetitions for each step.
func (l *line) steps(n, reps int) ([]float64, error) {
	a, err := l.call(request{Do: "run", Steps: n, Reps: reps})
	if err != nil {
		return nil, err
	}
	if len(a.MS) != n {
		return nil, fmt.Errorf("run: asked for %s, got the times of %d", words.Count(n, "step"), len(a.MS))
	}
	return a.MS, nil
}

// serve is the other side of the protocol with our rows: a worker process, which
// measures memory and is compared with that of another revision.
func serve(from io.Reader, to io.Writer) error {
	requests, replies := json.NewDecoder(from), json.NewEncoder(to)
	var current contestant
	for {
		var r request
		if err := requests.Decode(&r); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		a, err := answer(r, &current)
		if err != nil {
			a = reply{Error: err.Error()}
		}
		if err := replies.Encode(a); err != nil {
			return err
		}
	}
}

// newContestant is our side of a row or of a matrix product, by name.
func newContestant(name string, threads int) (contestant, error) {
	if p, ok := parseProduct(name); ok {
		be, err := backend.Get("cpu")
		if err != nil {
			return nil, err
		}
		work, _ := newProduct(be, p)
		return perCall{ours{work, threads}, p.reps()}, nil
	}
	picked, err := selectRows(name)
	if err != nil {
		return nil, err
	}
	work, err := picked[0].build()
	return ours{work, threads}, err
}

// parseProduct is the inverse of product.String. It knows shapes that are not in
// our table, but in that of another revision.
func parseProduct(name string) (product, bool) {
	var p product
	_, err := fmt.Sscanf(name, "%d×%d×%d", &p.m, &p.n, &p.k)
	p.transA, p.transB = strings.Contains(name, " aᵀ"), strings.Contains(name, " bᵀ")
	return p, err == nil && min(p.m, p.n, p.k) > 0 && p.String() == name
}

func answer(r request, current *contestant) (reply, error) {
	switch r.Do {
	case "info":
		return reply{Versions: map[string]string{"artnn": revision()}}, nil
	case "setup":
		base := resident("VmRSS")
		c, err := newContestant(r.Row, r.Threads)
		if err != nil {
			return reply{}, err
		}
		*current = c
		return reply{BaseMB: base}, nil
	case "run":
		if *current == nil {
			return reply{}, errors.New("nothing has been set up")
		}
		ms, err := (*current).run(r.Steps)
		return reply{MS: ms}, err
	case "peak":
		return reply{PeakMB: resident("VmHWM")}, nil
	}
	return reply{}, fmt.Errorf("unknown request %q", r.Do)
}

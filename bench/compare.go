package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/org/artnn/internal/words"
)

// A row is slower if its ratio exceeds this. Steps of microseconds vary more from
// one process to the next: the addresses of their few arrays decide how they
// share cache lines and sets.
const (
	slowerRatio = 1.03
	tinyMS      = 0.1
	tinyRatio   = 1.10
)

// sittingRounds is the number of rounds that a pair of processes measures. A
// process keeps the memory pages that it got first, fast or slow ones, and so
// each row is measured by several pairs.
const sittingRounds = 5

// comparison is one row at two revisions.
type comparison struct {
	title         string
	before, after float64 // ms, medians of the rounds' medians
	ratio         float64 // median of the rounds' ratios after / before
	low, high     float64 // their quartiles
}

// slower tells whether the row is slower than its limit allows.
func (c comparison) slower() bool {
	limit := slowerRatio
	if c.before < tinyMS {
		limit = tinyRatio
	}
	return c.ratio > limit
}

// newComparison compares the milliseconds of steps by rounds.
func newComparison(title string, before, after [][]float64) comparison {
	var x, y, ratios []float64
	for i := range before {
		b, a := median(before[i]), median(after[i])
		x, y, ratios = append(x, b), append(y, a), append(ratios, a/b)
	}
	return comparison{title, median(x), median(y), median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75)}
}

// quantile is a quantile of some numbers, interpolated linearly.
func quantile(x []float64, q float64) float64 {
	s := slices.Sorted(slices.Values(x))
	at := q * float64(len(s)-1)
	i := min(int(at), len(s)-1)
	j := min(i+1, len(s)-1)
	return s[i] + (at-float64(i))*(s[j]-s[i])
}

// compareRevisions measures our rows, or our matrix products, with the programs
// of two revisions alternately.
//
// Errors: a row is slower than its limit allows; a revision does not exist or
// does not build.
func (b *bench) compareRevisions(o options, picked []row) error {
	before, after, err := splitRevisions(o.compare)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "artnn-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	// A stopped run ends its child processes and then removes the folder.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	defer stop()

	fmt.Fprintln(os.Stderr, "building", before)
	left, err := buildWorker(ctx, before, folder, "before")
	if err != nil {
		return err
	}
	var right worker
	if after == "" {
		right, err = thisWorker()
	} else {
		fmt.Fprintln(os.Stderr, "building", after)
		right, err = buildWorker(ctx, after, folder, "after")
	}
	if err != nil {
		return err
	}
	b.paragraph(describe(o.threads)...)
	b.paragraph("Before: "+left.title, "After: "+right.title,
		fmt.Sprintf("%s; a row is slower if its ratio is above %.2f, or above %.2f if it takes less than %g ms",
			words.Count(o.rounds, "round"), slowerRatio, tinyRatio, tinyMS))
	return b.compareWorkers(ctx, pair{left, right}, comparedWork(o.gemm, picked))
}

// pair is the programs of two revisions.
type pair struct{ before, after worker }

// named is work that a worker knows by name.
type named struct{ name, title string }

func comparedWork(gemm bool, picked []row) []named {
	var all []named
	if gemm {
		for _, p := range products() {
			all = append(all, named{p.String(), "sgemm " + p.String()})
		}
		return all
	}
	for _, r := range picked {
		all = append(all, named{r.name, r.title})
	}
	return all
}

func (b *bench) compareWorkers(ctx context.Context, programs pair, all []named) error {
	t := &table{head: []string{"work", "before ms", "after ms", "after / before", "quartiles"}}
	var slow, unknown []string
	for _, n := range all {
		fmt.Fprintln(os.Stderr, "measuring", n.title)
		c, err := b.compareRow(ctx, programs, n)
		if errors.Is(err, errUnknownRow) {
			unknown = append(unknown, n.title)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", n.title, err)
		}
		t.add(c.title, number(c.before), number(c.after), fmt.Sprintf("%.3f", c.ratio), fmt.Sprintf("%.3f – %.3f", c.low, c.high))
		if c.slower() {
			slow = append(slow, c.title)
		}
	}
	if err := t.write(b.out); err != nil {
		return err
	}
	if len(unknown) > 0 {
		b.paragraph("Not in both revisions: " + strings.Join(unknown, "; "))
	}
	if len(t.rows) == 0 {
		return errors.New("no row is in both revisions")
	}
	if len(slow) > 0 {
		return fmt.Errorf("slower than before: %s", strings.Join(slow, "; "))
	}
	fmt.Fprintln(b.out, "\nNo row is slower than before.")
	return nil
}

// errUnknownRow means that a worker does not have a row.
var errUnknownRow = errors.New("the row is not in both revisions")

// compareRow measures a row in several pairs of processes.
func (b *bench) compareRow(ctx context.Context, programs pair, n named) (comparison, error) {
	var before, after [][]float64
	for len(before) < b.plan.rounds {
		if ctx.Err() != nil {
			return comparison{}, context.Cause(ctx)
		}
		p := b.plan
		p.rounds = min(sittingRounds, b.plan.rounds-len(before))
		x, y, err := b.sitting(ctx, p, programs, n.name)
		if err != nil {
			return comparison{}, err
		}
		before, after = append(before, x...), append(after, y...)
	}
	return newComparison(n.title, before, after), nil
}

// sitting measures a row in one pair of processes.
func (b *bench) sitting(ctx context.Context, p plan, programs pair, row string) (before, after [][]float64, err error) {
	var sides []contestant
	for _, w := range []worker{programs.before, programs.after} {
		side, err := start([]string{childEnv + "=1"}, w.program)
		if err != nil {
			return nil, nil, err
		}
		defer side.stop()
		defer context.AfterFunc(ctx, func() { _ = side.cmd.Process.Kill() })()
		if _, err := side.call(request{Do: "setup", Row: row, Threads: b.peer.threads}); err != nil {
			if strings.Contains(err.Error(), "no row ") {
				err = fmt.Errorf("%w: %w", errUnknownRow, err)
			}
			return nil, nil, fmt.Errorf("%s: %w", w.title, err)
		}
		sides = append(sides, side)
	}
	rounds, err := alternateRounds(p, sides...)
	if err != nil {
		return nil, nil, err
	}
	return rounds[0], rounds[1], nil
}

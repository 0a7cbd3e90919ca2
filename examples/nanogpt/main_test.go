package main

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestItLearns(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(context.Background(), options{updates: 100, every: 50, measured: 4, seed: 1}, &out))
	losses := regexp.MustCompile(`loss (\S+)`).FindAllStringSubmatch(out.String(), -1)
	require.Len(t, losses, 3, out.String())
	first, err := strconv.ParseFloat(losses[0][1], 64)
	require.NoError(t, err)
	last, err := strconv.ParseFloat(losses[2][1], 64)
	require.NoError(t, err)
	require.Less(t, last, first-1.2)
}

func TestWhatCannotBeDone(t *testing.T) {
	var out strings.Builder
	require.ErrorContains(t, run(context.Background(), options{updates: 10, every: 50, measured: 1}, &out), "-updates must be at least 100")
	require.ErrorContains(t, run(context.Background(), options{updates: 100, measured: 1}, &out), "-every and -measured at least 1")
	require.ErrorContains(t, run(context.Background(), options{updates: 100, every: 5, measured: 1, data: "nowhere"}, &out), "nowhere")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorContains(t, run(ctx, options{updates: 100, every: 5, measured: 1}, &out), "canceled")
	require.Empty(t, out.String())
}

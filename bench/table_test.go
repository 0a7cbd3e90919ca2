package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	tab := &table{head: []string{"work", "ms"}}
	tab.add("a×b", "1.00")
	tab.add("longer", missing)
	var out strings.Builder
	require.NoError(t, tab.write(&out))
	require.Equal(t, ""+
		"| work   |   ms |\n"+
		"|--------|-----:|\n"+
		"| a×b    | 1.00 |\n"+
		"| longer |    – |\n", out.String())
}

func TestNumber(t *testing.T) {
	for want, x := range map[string]float64{
		"0.0050": 0.005, "0.250": 0.25, "1.50": 1.5, "45.3": 45.26, "975": 974.6,
	} {
		require.Equal(t, want, number(x))
	}
	require.Equal(t, missing, numberOr(nil))
}

func TestSpeedTable(t *testing.T) {
	peer, ratio, generic := 4.0, 0.5, 50.0
	results := []result{
		{title: "both", OursMS: 2, PeerMS: &peer, Ratio: &ratio, FloorMS: 0.5, Allocs: 17.2, GenericMS: &generic},
		{title: "only ours", OursMS: 2, FloorMS: 1e-5, GenericMS: &generic},
	}
	tab := speedTable(results)
	require.Equal(t, []string{"work", "ours ms", "PyTorch ms", "ratio", "floor ms", "× floor", "allocs", "generic ms"}, tab.head)
	require.Equal(t, []string{"both", "2.00", "4.00", "0.500", "0.500", "4.00", "18", "50.0"}, tab.rows[0])
	require.Equal(t, []string{"only ours", "2.00", missing, missing, "0.0000", missing, "0", "50.0"}, tab.rows[1])

	results[0].GenericMS = nil
	require.Len(t, speedTable(results[:1]).rows[0], 7)
}

func TestEncode(t *testing.T) {
	peer, ratio := 4.0, 0.5
	text, err := encode([]result{
		{Name: "a", OursMS: 2, PeerMS: &peer, Ratio: &ratio, FloorMS: 1, Allocs: 3},
		{Name: "b", OursMS: 2, FloorMS: 1},
	})
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	require.JSONEq(t, `{"rows":[
		{"name":"a","ours_ms":2,"peer_ms":4,"ratio":0.5,"floor_ms":1,"allocs":3},
		{"name":"b","ours_ms":2,"peer_ms":null,"ratio":null,"floor_ms":1,"allocs":0}]}`, string(text))
}

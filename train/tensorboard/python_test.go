//go:build !wasm

package tensorboard

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// python runs testdata/read.py.
func python(t *testing.T, args ...string) []byte {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is not installed; files must be read by something other than this package")
		}
		t.Skip("python3 is not installed")
	}
	out, err := exec.Command(python, append([]string{"testdata/read.py"}, args...)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return out
}

// event is what read.py says of one.
type event struct {
	Time    float64
	Step    int
	Version string
	Session int
	Tag     string
	Scalar  string
	Shape   []int
	Values  []any
	Plugin  string
	Class   int
}

func readEvents(t *testing.T, path string) (events []event) {
	t.Helper()
	for line := range bytes.Lines(python(t, path)) {
		var e event
		require.NoError(t, json.Unmarshal(line, &e), "%s", line)
		events = append(events, e)
	}
	return events
}

func TestPythonReadsEvents(t *testing.T) {
	events := readEvents(t, logGolden(t))
	require.Len(t, events, 12)
	for i := range events {
		assert.Equal(t, 1_700_000_000.25, events[i].Time)
		events[i].Time = 0
	}
	b64 := base64.StdEncoding.EncodeToString
	dot, err := os.ReadFile("testdata/dot.png")
	require.NoError(t, err)
	assert.Equal(t, []event{
		{Version: "brain.Event:2"},
		{Step: 0, Tag: "loss", Scalar: "0.10000000149011612"},
		{Step: 1, Tag: "loss", Scalar: "-3.0"},
		{Step: 2, Tag: "loss", Scalar: "nan"},
		{Step: 3, Tag: "loss", Scalar: "inf"},
		{Step: 300, Tag: "名前/sample", Plugin: "text", Class: 2, Shape: []int{},
			Values: []any{b64([]byte("**Call** me �"))}},
		{Step: 300, Tag: "faces", Plugin: "images", Class: 3, Shape: []int{4},
			Values: []any{b64([]byte("3")), b64([]byte("2")), b64(dot), b64(dot)}},
	}, events[:7])
	for i, tag := range []string{"spread", "same", "none"} {
		e := events[7+i]
		assert.Equal(t, event{Step: 1000, Tag: tag, Plugin: "histograms", Class: 2, Shape: []int{30, 3}, Values: e.Values}, e)
		assert.Len(t, e.Values, 90)
	}
	start := event{Step: 251, Session: 1}
	assert.Equal(t, []event{start, start}, events[10:])
}

func TestPicturesAreKept(t *testing.T) {
	picture := image.NewNRGBA(image.Rect(10, 10, 15, 13)) // its corner is not the origin
	for i := range picture.Pix {
		picture.Pix[i] = uint8(37 * i)
	}
	gray := image.NewGray(image.Rect(0, 0, 5, 3))
	gray.SetGray(4, 2, color.Gray{Y: 200})
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, w.Image(7, "samples", picture, gray))
	require.NoError(t, w.Close())

	e := readEvents(t, w.Path())[1]
	require.Len(t, e.Values, 4)
	file := func(i int) []byte {
		b, err := base64.StdEncoding.DecodeString(e.Values[i].(string))
		require.NoError(t, err)
		return b
	}
	assert.Equal(t, "5", string(file(0)))
	assert.Equal(t, "3", string(file(1)))
	for i, want := range []image.Image{picture, gray} {
		got, err := png.Decode(bytes.NewReader(file(2 + i)))
		require.NoError(t, err)
		for y := range 3 {
			for x := range 5 {
				at := want.Bounds().Min.Add(image.Pt(x, y))
				assert.Equal(t, color.NRGBAModel.Convert(want.At(at.X, at.Y)), color.NRGBAModel.Convert(got.At(x, y)))
			}
		}
	}
}

func TestAFileCutAnywhereIsReadable(t *testing.T) {
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	for step := range 5 {
		require.NoError(t, w.Scalar(step, "loss", 0.5))
		require.NoError(t, w.Text(step, "sample", "Call me Ishmael."))
	}
	require.NoError(t, w.Close())
	info, err := os.Stat(w.Path())
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintln(info.Size()+1, "cuts"), string(python(t, "--cut", w.Path())))
}

// A process that is killed leaves whole records, and all but those of the last
// second.
func TestAKilledProcessLeavesItsLog(t *testing.T) {
	if dir := os.Getenv("ARTNN_TEST_LOG_FOREVER"); dir != "" {
		w, err := Create(dir)
		require.NoError(t, err)
		for step := 0; ; step++ {
			if err := w.Scalar(step, "loss", 0.5); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Microsecond)
		}
	}
	dir := t.TempDir()
	c := exec.Command(os.Args[0], "-test.run=^TestAKilledProcessLeavesItsLog$")
	c.Env = append(os.Environ(), "ARTNN_TEST_LOG_FOREVER="+dir)
	require.NoError(t, c.Start())
	var path string
	require.Eventually(t, func() bool { // a first flush by the clock
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		if len(files) == 0 {
			return false
		}
		path = files[0]
		info, err := os.Stat(path)
		return err == nil && info.Size() > 1000
	}, time.Minute, 10*time.Millisecond)
	require.NoError(t, c.Process.Kill())
	c.Wait()

	events := readEvents(t, path)
	require.Greater(t, len(events), 20)
	for i, e := range events[1:] {
		require.Equal(t, i, e.Step)
	}
}

func TestManyGoroutinesLog(t *testing.T) {
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for step := range 50 {
				assert.NoError(t, w.Scalar(step, fmt.Sprint("loss/", g), float64(g)))
				assert.NoError(t, w.Text(step, fmt.Sprint("text/", g), fmt.Sprint(g, step)))
				assert.NoError(t, w.Histogram(step, fmt.Sprint("weight/", g), []float32{float32(step)}))
			}
		})
	}
	all.Wait()
	require.NoError(t, w.Close())
	next := map[string]int{}
	for _, e := range readEvents(t, w.Path())[1:] {
		assert.Equal(t, next[e.Tag], e.Step)
		next[e.Tag]++
	}
	assert.Len(t, next, 12)
	for tag, n := range next {
		assert.Equal(t, 50, n, tag)
	}
}

package quality

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	spring = "春風又綠江南岸，明月何時照我還。\n千里鶯啼綠映紅，水村山郭酒旗關。"
	autumn = "月落烏啼霜滿天，江楓漁火對愁眠。\n姑蘇城外寒山寺，夜半鐘聲到客船。"
)

func TestMeasurePoems(t *testing.T) {
	// 綠 stands twice in one of them.
	assert.Equal(t, Poems{Form: 1, Copied: 1, Repeats: 0.5, Rhymed: 1}, MeasurePoems([]string{spring, autumn}, []string{spring, autumn}))
	assert.Equal(t, Poems{Form: 1, Repeats: 1}, MeasurePoems([]string{spring}, []string{autumn}))
	assert.Equal(t, Poems{Form: 0.5, Copied: 1, Rhymed: 1}, MeasurePoems([]string{"春風，\n", autumn}, []string{autumn}))
	mixed := "月落烏啼霜滿天，明月何時照我船。\n姑蘇城外寒山寺，夜半鐘聲到客眠。"
	assert.Equal(t, Poems{Form: 1, Copied: 0.5, Repeats: 1, Rhymed: 1}, MeasurePoems([]string{mixed}, []string{autumn}))
	assert.Zero(t, MeasurePoems(nil, nil))
}

func TestIsQuatrain(t *testing.T) {
	assert.True(t, IsQuatrain(spring))
	for _, bad := range []string{
		"",
		"春風又綠江南岸，明月何時照我還。",
		"春風又綠江南岸，明月何時照我還。\n春風又綠江南，明月何時照我還。",
		"春風又綠江南岸，明月何時照我還。\n春風又，江南岸，明月何時照我還。",
		"春風又綠江南岸。明月何時照我還。\n春風又綠江南岸，明月何時照我還。",
		spring + "\n",
	} {
		assert.False(t, IsQuatrain(bad), bad)
	}
}

func TestMeasureFaces(t *testing.T) {
	// One pixel each, of three numbers.
	black, white, gray := []float32{-1, -1, -1}, []float32{1, 1, 1}, []float32{0, 0, 0}
	learned := [][]float32{black, white}
	assert.Equal(t, Faces{Nearest: Quartiles{2, 2, 2}, Apart: 2}, MeasureFaces(learned, learned))
	assert.Equal(t, Faces{Nearest: Quartiles{0, 0, 0}}, MeasureFaces([][]float32{{1, 1, 1}}, learned), "a copy, not the one itself")
	assert.Equal(t, Faces{Nearest: Quartiles{0, 0, 1}, Apart: 1, Off: 0.5}, MeasureFaces([][]float32{gray, {1, 1, 1}}, learned))
}

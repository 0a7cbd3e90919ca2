package winograd

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPlan is the table of choices.
func TestPlan(t *testing.T) {
	// A layer of stride 2 has as many windows as definition·2 says, at the border too.
	down := func(images, side, in, out, products int) Shape {
		return Shape{Taps: 2, Step: 2, Planes: 1, Images: images, Windows: [2]int{side, side}, In: in, Out: out, Products: products}
	}
	up := func(images, side, in, out, products int) Shape {
		return Shape{Taps: 2, Step: 1, Planes: 4, Images: images, Windows: [2]int{side, side}, In: in, Out: out, Products: products}
	}
	same := func(images, side, in, out int) Shape {
		return Shape{Taps: 3, Step: 1, Planes: 1, Images: images, Windows: [2]int{side, side}, In: in, Out: out, Products: 9 * images * side * side}
	}
	weights := func(s Shape) Shape { s.Weights = true; return s }
	for _, c := range []struct {
		what string
		Shape
		want string
	}{
		{"DCGAN 64 to 128", down(32, 16, 64, 128, 32*256*16), "blocks of 64 tiles, 64 channels to 128"},
		{"backwards", up(32, 16, 128, 64, 32*256*16), "blocks of 64 tiles, 128 channels to 64"},
		{"its weights", weights(down(32, 16, 64, 128, 32*256*16)), "blocks of 128 tiles, 64 channels to 128"},
		{"DCGAN 128 to 256", down(32, 8, 128, 256, 32*64*16), "blocks of 64 tiles, 128 channels to 256"},
		{"DCGAN 256 to 512, whose borders are left out", down(32, 4, 256, 512, 32*14*14), "by definition"},
		{"its weights", weights(down(32, 4, 256, 512, 32*16*16)), "blocks of 128 tiles, 64 channels to 272"},
		{"its input, border and all", up(32, 4, 512, 256, 32*16*16), "blocks of 64 tiles, 512 channels to 256"},
		{"generate 16, 512 to 256", up(16, 4, 512, 256, 16*14*14), "by definition"},
		{"generate 16, 256 to 128", up(16, 8, 256, 128, 16*64*16), "blocks of 64 tiles, 256 channels to 128"},
		{"3 channels", down(32, 32, 3, 64, 32*1024*16), "by definition"},
		{"to 3 channels", up(32, 32, 64, 3, 32*1024*16), "by definition"},
		{"channels that are no lanes", same(32, 32, 72, 64), "by definition"},
		{"16 channels to 16", same(32, 32, 16, 16), "by definition"},
		{"16 channels to 32", same(32, 32, 16, 32), "blocks of 64 tiles, 16 channels to 32"},
		{"residual 64", same(32, 32, 64, 64), "blocks of 64 tiles, 64 channels to 64"},
		{"residual 256", same(32, 8, 256, 256), "blocks of 64 tiles, 256 channels to 256"},
		{"its weights", weights(same(32, 8, 256, 256)), "blocks of 128 tiles, 256 channels to 160"},
		{"many channels", same(32, 8, 1024, 1024), "blocks of 64 tiles, 512 channels to 256"},
		{"few blocks", same(1, 16, 512, 512), "blocks of 64 tiles, 512 channels to 64"},
		{"few tiles", same(1, 15, 64, 64), "blocks of 64 tiles, 64 channels to 64"},
		{"fewer tiles", same(1, 14, 64, 64), "by definition"},
		{"odd sizes, a quarter for nothing", same(32, 7, 64, 64), "blocks of 64 tiles, 64 channels to 64"},
		{"three pixels, half for nothing", same(32, 3, 64, 64), "by definition"},
		{"no images", same(0, 32, 64, 64), "by definition"},
		{"no channels", same(32, 32, 0, 64), "by definition"},
	} {
		require.Equal(t, c.want, New(c.Shape).String(), "%s: %+v", c.what, c.Shape)
	}
}

package winograd

import (
	"fmt"

	"github.com/org/artnn/internal/words"
)

// Shape is what a plan depends on.
type Shape struct {
	Taps     int    // of a window along an axis, of each convolution: 2 or 3
	Step     int    // pixels between windows: Step² convolutions are added
	Planes   int    // planes of the result
	Images   int    // how many
	Windows  [2]int // of a plane of an image, down and across
	In, Out  int    // channels
	Products int    // that the definition takes for a pair of channels, of all images
	Weights  bool   // the gradient of weights is computed
}

// Plan is how a convolution is computed.
type Plan struct {
	Fewer bool // by this package; else by the definition, which is faster
	// A block has at most so many tiles, and channels read and written. Channels of a
	// gradient of weights are those of images and those of gradients.
	Tiles, In, Out int
}

const (
	// tile is the windows of a tile along an axis.
	tile = 2
	// panel is the channels of a result that a kernel computes at a time.
	panel = 32

	// fewer is how much fewer products there must be, in percent of the definition's:
	// of 4×4 windows on images of 8×8 in batches of 32, the definition leaves out those
	// that meet the border, 1.36 products for one here, and is faster by 5 %; on images
	// of 16×16 there are 1.56, and it is slower by 30 % (BenchmarkConv).
	fewer = 67
	// leastTiles is the fewest tiles of a plane: mapping weights takes as long as the
	// products of about 40 tiles. With 64 it breaks even for 256 channels to 512, and
	// gains half for 256 to 256 (BenchmarkConv).
	leastTiles = 64
	// leastChannels is the fewest channels read times channels written: of 3×3 windows,
	// 16 to 16 gain nothing, 16 to 32 a third.
	leastChannels = 512

	// blockTiles is the most tiles of a block, in whole tiles of the kernel. Mapped
	// weights come from the last-level cache once for each block.
	blockTiles = 64
	// blockK is the most steps of K of a block: with 64 tiles and 9 points, 1.1 MiB of
	// which one point, 128 KiB, is in use at a time.
	blockK = 512
	// blockOut is the most channels of the result: tiles are mapped again for others.
	blockOut = 256
	// leastBlocks is how many blocks there are at least, as far as panels of channels
	// go, to keep several workers busy.
	leastBlocks = 8

	// gradTiles is blockTiles for gradients of weights: sums are read and written once
	// for each block. gradColumns is their most columns, and gradSums the most of
	// their numbers, of all points: 2.5 MiB.
	gradTiles   = 128
	gradColumns = 256
	gradSums    = 640 << 10
)

// New is the plan for a convolution.
func New(s Shape) Plan {
	points, subs := s.Taps+tile-1, s.Step*s.Step
	tiles := s.Images * ceilDiv(s.Windows[0], tile) * ceilDiv(s.Windows[1], tile)
	if tiles < leastTiles || s.In%lanes != 0 || s.Out%lanes != 0 || s.In*s.Out < leastChannels ||
		100*points*points*subs*s.Planes*tiles > fewer*s.Products {
		return Plan{}
	}
	if s.Weights {
		in := max(lanes, min(s.In, gradColumns/subs)/lanes*lanes)
		out := gradSums / (points * points * subs * in) / lanes * lanes
		return Plan{true, min(tiles, gradTiles), in, max(lanes, min(s.Out, out))}
	}
	p := Plan{true, blockTiles, max(lanes, min(s.In, blockK/subs)/lanes*lanes), min(s.Out, blockOut)}
	for p.Out > 2*panel && s.Planes*ceilDiv(tiles, p.Tiles)*ceilDiv(s.Out, p.Out) < leastBlocks {
		p.Out /= 2
	}
	return p
}

// String says what is done, in one line: "blocks of 64 tiles, 128 channels to 256".
func (p Plan) String() string {
	if !p.Fewer {
		return "by definition"
	}
	return fmt.Sprintf("blocks of %s, %s to %d", words.Count(p.Tiles, "tile"), words.Count(p.In, "channel"), p.Out)
}

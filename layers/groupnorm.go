package layers

import (
	"fmt"
	"iter"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// GroupNorm normalises each group of channels of each picture, then scales and shifts
// channel by channel:
//
//	y = (x − mean)/√(var + ε) · weight + bias
//
// Mean and plain (uncorrected) variance are those over a group's channels and all
// pixels. Weight and Bias may be nil.
//
// Shape: [B, channels, ...] → the same.
//
// Panics if the input has other channels.
//
// Reference: Wu and He, "Group Normalization", 2018.
type GroupNorm struct {
	Groups   int
	Channels int
	Weight   *tensor.Tensor // [channels] or nil
	Bias     *tensor.Tensor // [channels] or nil
	Eps      float64        // 0 means 1e-5
}

// NewGroupNorm starts with weight 1 and bias 0 on the RNG's backend.
//
// Panics if a size is not positive, or the groups do not divide the channels.
func NewGroupNorm(groups, channels int, rng *tensor.RNG) *GroupNorm {
	checkSizes("group norm", groups, channels)
	if channels%groups != 0 {
		tensor.Fail("group norm", fmt.Sprintf("%s must divide the channels", words.Count(groups, "group")), "%d", channels)
	}
	be := rng.Backend()
	return &GroupNorm{Groups: groups, Channels: channels, Weight: tensor.FullOn(be, 1, channels), Bias: tensor.ZerosOn(be, channels)}
}

func (l *GroupNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() < 2 || x.Dim(1) != l.Channels {
		tensor.Fail("group norm", fmt.Sprintf("needs inputs [batch, %d, ...]", l.Channels), "%v", x.Shape())
	}
	return groupNorm(x, l.Groups, l.Weight, l.Bias, orDefault(l.Eps, 1e-5))
}

// State yields weight and bias.
func (l *GroupNorm) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", l.Weight), Param("bias", l.Bias))
}

// InstanceNorm2d normalises each channel of each picture: [GroupNorm] with as many
// groups as channels. As in PyTorch it has no weight and bias of its own; set them for
// a layer that scales and shifts.
//
// Shape: [B, channels, H, W] → the same.
//
// Panics if the input has other channels, or in training a single pixel.
//
// Reference: Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing
// Ingredient for Fast Stylization", 2016.
type InstanceNorm2d struct {
	Channels int
	Weight   *tensor.Tensor // [channels] or nil
	Bias     *tensor.Tensor // [channels] or nil
	Eps      float64        // 0 means 1e-5
}

func (l *InstanceNorm2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	const op = "instance norm 2d"
	if x.Rank() != 4 || x.Dim(1) != l.Channels {
		tensor.Fail(op, fmt.Sprintf("needs inputs [batch, %d, height, width]", l.Channels), "%v", x.Shape())
	}
	if x.Dim(2)*x.Dim(3) < 2 && x.Tape() != nil && x.Tape().Training() {
		tensor.Fail(op, "training needs more than one pixel", "%v", x.Shape())
	}
	return groupNorm(x, l.Channels, l.Weight, l.Bias, orDefault(l.Eps, 1e-5))
}

// State yields weight and bias.
func (l *InstanceNorm2d) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", l.Weight), Param("bias", l.Bias))
}

// groupNorm normalises groups of the channels of x, which convolutions leave in the
// order of pixels.
func groupNorm(x *tensor.Tensor, groups int, weight, bias *tensor.Tensor, eps float64) *tensor.Tensor {
	last := []int{0} // the axes of x with that of channels last, and back
	back := []int{0, x.Rank() - 1}
	for axis := 2; axis < x.Rank(); axis++ {
		last = append(last, axis)
		back = append(back, axis-1)
	}
	y := x.Permute(append(last, 1)...)
	shape, c := y.Shape(), x.Dim(1)
	y = y.Reshape(x.Dim(0), x.Size()/max(1, x.Dim(0)*c), groups, c/groups)
	y = y.Sub(y.MeanKeep(1, 3))
	y = y.Mul(y.Square().MeanKeep(1, 3).AddScalar(eps).Rsqrt()).Reshape(shape...)
	if weight != nil {
		y = y.Mul(weight)
	}
	if bias != nil {
		y = y.Add(bias)
	}
	return y.Permute(back...)
}

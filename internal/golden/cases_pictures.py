"""Layers of pictures: outputs, and gradients of Σ up·out for inputs and parameters."""

import torch
from torch import nn

from cases_layers import load, run


def build(new):
    f = new("layers/testdata/pictures.safetensors")
    shape = (2, 4, 6, 5)

    def case(name, m, shape=shape, low=-1.0, high=1.0, **notes):
        c = f.case(name)
        c.note(**notes)
        load(c, m, low, high)
        run(c, m, c.uniform("in.x", shape, -2, 3, grad=True))
        return c

    case("conv2d", nn.Conv2d(4, 3, 3, stride=2, padding=1))
    case("conv2d_no_bias", nn.Conv2d(4, 6, 2, dilation=2, groups=2, bias=False))
    case("conv2d_reflect", nn.Conv2d(4, 3, 3, padding=2, padding_mode="reflect"))
    case("conv_transpose2d", nn.ConvTranspose2d(4, 3, 4, stride=2, padding=1))
    case("conv_transpose2d_groups", nn.ConvTranspose2d(4, 6, 3, stride=3, padding=2, output_padding=1, groups=2))
    case("max_pool2d", nn.MaxPool2d(2))
    case("max_pool2d_overlapping", nn.MaxPool2d(3, 2, 1))
    case("avg_pool2d", nn.AvgPool2d(3, 2, 1))
    case("avg_pool2d_without_padding", nn.AvgPool2d(3, 2, 1, count_include_pad=False))
    case("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d((4, 3)))
    case("global_avg_pool2d", nn.AdaptiveAvgPool2d(1))
    case("adaptive_max_pool2d", nn.AdaptiveMaxPool2d((4, 3)))
    case("upsample_nearest", nn.Upsample(scale_factor=2))
    case("upsample_bilinear", nn.Upsample(scale_factor=2, mode="bilinear"))
    case("upsample_bilinear_corners", nn.Upsample(scale_factor=3, mode="bilinear", align_corners=True), (1, 2, 3, 1))
    case("pixel_shuffle", nn.PixelShuffle(2))
    case("pixel_unshuffle", nn.PixelUnshuffle(2), (2, 3, 4, 6))
    case("group_norm", nn.GroupNorm(2, 4), low=0.5, high=1.5)
    case("group_norm_3d", nn.GroupNorm(2, 4, eps=0.1), (3, 4, 5), 0.5, 1.5)
    case("group_norm_2d", nn.GroupNorm(1, 4, affine=False), (3, 4))
    case("instance_norm2d", nn.InstanceNorm2d(4))
    case("instance_norm2d_affine", nn.InstanceNorm2d(4, affine=True), low=0.5, high=1.5)

    for name, m, shape, train in (
        ("linear", nn.Linear(4, 5), (3, 4), True), ("conv2d", nn.Conv2d(4, 3, 3, padding=1), (1, 4, 3, 3), True),
        ("conv_transpose2d", nn.ConvTranspose2d(4, 3, 2), (1, 4, 2, 2), True), ("eval", nn.Conv2d(4, 3, 3, padding=1), (1, 4, 3, 3), False)):
        c = f.case("spectral_norm_" + name)
        m = nn.utils.parametrizations.spectral_norm(m)
        c.note(train=train)
        for k, p in m.named_parameters():
            p.data = c.uniform(f"param.{k}", tuple(p.shape)).data
        norm = m.parametrizations.weight[0]
        norm._u = c.uniform("buffer.parametrizations.weight.0._u", tuple(norm._u.shape))
        norm._v = c.uniform("buffer.parametrizations.weight.0._v", tuple(norm._v.shape))
        m.train(train)
        run(c, m, c.uniform("in.x", shape, grad=True))
        for k, b in m.named_buffers():
            c.out(f"after.{k}", b)

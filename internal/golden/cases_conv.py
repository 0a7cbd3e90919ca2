"""Convolutions: value, gradients of Σ up·y, and gradients of those gradients."""

import torch
import torch.nn.functional as F


def twice(c, inputs, f):
    """f's value; gradients of Σ up·y; and of Σ up·gradient, for the inputs and up."""
    y = f(*inputs.values())
    c.out("out.y", y)
    up = c.uniform("up.y", tuple(y.shape), grad=True)
    grads = torch.autograd.grad((y * up).sum(), list(inputs.values()), create_graph=True)
    total = 0
    for (name, _), g in zip(inputs.items(), grads):
        c.out(f"grad.{name}", g)
        total = total + (g * c.uniform(f"up.{name}", tuple(g.shape))).sum()
    second = torch.autograd.grad(total, list(inputs.values()) + [up], allow_unused=True)
    for name, g, x in zip(list(inputs) + ["up"], second, list(inputs.values()) + [up]):
        c.out(f"grad2.{name}", torch.zeros_like(x) if g is None else g)


def conv(f, name, x, w, stride=(1, 1), padding=(0, 0, 0, 0), dilation=(1, 1), groups=1, mode="zeros"):
    """Padding is top, bottom, left, right."""
    c = f.case(name)
    c.note(kind="conv", stride=stride, padding=padding, dilation=dilation, groups=groups, mode=mode, output_padding=(0, 0))
    inputs = {"x": c.uniform("in.x", x, grad=True), "w": c.uniform("in.w", w, grad=True), "b": c.uniform("in.b", w[:1], grad=True)}
    top, bottom, left, right = padding

    def run(x, w, b):
        x = F.pad(x, (left, right, top, bottom), mode="constant" if mode == "zeros" else mode)
        return F.conv2d(x, w, b, stride, 0, dilation, groups)

    twice(c, inputs, run)


def transpose(f, name, x, w, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1, output_padding=(0, 0)):
    c = f.case(name)
    c.note(kind="transpose", stride=stride, padding=(padding[0], padding[0], padding[1], padding[1]), dilation=dilation, groups=groups,
           mode="zeros", output_padding=output_padding)
    inputs = {"x": c.uniform("in.x", x, grad=True), "w": c.uniform("in.w", w, grad=True), "b": c.uniform("in.b", (w[1] * groups,), grad=True)}
    twice(c, inputs, lambda x, w, b: F.conv_transpose2d(x, w, b, stride, padding, output_padding, groups, dilation))


def build(new):
    f = new("tensor/testdata/conv.safetensors")
    conv(f, "plain", (2, 3, 5, 4), (4, 3, 3, 3))
    conv(f, "dcgan", (2, 3, 8, 8), (5, 3, 4, 4), (2, 2), (1, 1, 1, 1))
    conv(f, "odd_size", (2, 2, 7, 6), (3, 2, 3, 3), (2, 2), (1, 1, 1, 1))
    conv(f, "pointwise", (2, 5, 3, 3), (4, 5, 1, 1))
    conv(f, "uneven", (1, 2, 5, 6), (3, 2, 2, 3), (1, 2), (0, 1, 2, 0))
    conv(f, "dilated", (1, 2, 7, 8), (3, 2, 3, 2), (1, 2), (2, 2, 1, 1), (2, 3))
    conv(f, "grouped", (2, 6, 4, 5), (4, 3, 3, 3), padding=(1, 1, 1, 1), groups=2)
    conv(f, "depthwise", (2, 5, 5, 4), (5, 1, 3, 3), (2, 1), (1, 1, 1, 1), groups=5)
    conv(f, "depthwise_two_each", (1, 3, 4, 4), (6, 1, 3, 3), padding=(1, 1, 1, 1), groups=3)
    conv(f, "kernel_larger_than_image", (1, 2, 2, 3), (3, 2, 5, 5), padding=(2, 2, 1, 2))
    conv(f, "reflect", (1, 2, 4, 3), (2, 2, 3, 3), padding=(2, 1, 1, 2), mode="reflect")
    conv(f, "replicate", (1, 2, 4, 3), (2, 2, 3, 3), padding=(2, 3, 1, 2), mode="replicate")
    conv(f, "circular", (1, 2, 4, 3), (2, 2, 3, 3), padding=(2, 1, 1, 2), mode="circular")
    transpose(f, "transpose_plain", (2, 3, 3, 4), (3, 2, 3, 3))
    transpose(f, "transpose_dcgan", (2, 4, 4, 4), (4, 3, 4, 4), (2, 2), (1, 1))
    transpose(f, "transpose_first", (2, 5, 1, 1), (5, 3, 4, 4))
    transpose(f, "transpose_output_padding", (1, 3, 3, 4), (3, 2, 3, 3), (2, 3), (1, 0), output_padding=(1, 2))
    transpose(f, "transpose_dilated_groups", (1, 4, 3, 3), (4, 2, 2, 3), (2, 1), (1, 2), (2, 3), 2, (1, 0))

"""Tensor operations: value and gradient of Σ up·y."""

import torch
import torch.nn.functional as F


def op(file, name, shape, f, low=-4.0, high=4.0, **notes):
    c = file.case(name)
    x = c.uniform("in.x", shape, low, high, grad=True)
    y = f(x)
    y.backward(c.uniform("up.y", tuple(y.shape)))
    c.out("out.y", y)
    c.out("grad.x", x.grad)
    c.note(**notes)


def build(new):
    f = new("tensor/testdata/maps.safetensors")
    for name, fn in {
        "exp": torch.exp, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "erf": torch.erf,
        "relu": F.relu, "gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "abs": torch.abs,
        "sin": torch.sin, "cos": torch.cos,
    }.items():
        op(f, name, (5, 9), fn)
    op(f, "gelu_tanh", (5, 9), lambda x: F.gelu(x, approximate="tanh"), approximate="tanh")
    op(f, "leaky_relu", (5, 9), lambda x: F.leaky_relu(x, 0.2), slope=0.2)
    op(f, "clamp", (5, 9), lambda x: x.clamp(-1.5, 2), min=-1.5, max=2)
    op(f, "log", (5, 9), torch.log, 0.1, 8)
    op(f, "sqrt", (5, 9), torch.sqrt, 0.1, 8)
    op(f, "pow3", (5, 9), lambda x: x**3, exponent=3)
    op(f, "pow_half", (5, 9), lambda x: x**-0.5, 0.1, 8, exponent=-0.5)

    f = new("tensor/testdata/reductions.safetensors")
    op(f, "softmax_last", (4, 6), lambda x: x.softmax(-1), axis=-1)
    op(f, "softmax_middle", (3, 5, 4), lambda x: x.softmax(1), axis=1)
    op(f, "softmax_large", (4, 6), lambda x: x.softmax(-1), 296, 304, axis=-1)
    op(f, "log_softmax_last", (4, 6), lambda x: x.log_softmax(-1), axis=-1)
    op(f, "log_softmax_first", (3, 5, 4), lambda x: x.log_softmax(0), axis=0)
    op(f, "logsumexp", (4, 6), lambda x: x.logsumexp(-1), axis=-1)
    op(f, "var_unbiased", (4, 6), lambda x: x.var(1, unbiased=True), axes=1, unbiased=True)
    op(f, "var_population", (3, 5, 4), lambda x: x.var((0, 2), unbiased=False), axes=(0, 2), unbiased=False)
    op(f, "var_offset", (4, 6), lambda x: x.var(1, unbiased=False), 96, 104, axes=1, unbiased=False)
    op(f, "sum", (3, 5, 4), lambda x: x.sum((0, 2)), axes=(0, 2))
    op(f, "mean_keep", (3, 5, 4), lambda x: x.mean((1,), keepdim=True), axes=1, keep=True)
    op(f, "max", (4, 6), lambda x: x.max(1).values, axis=1)
    op(f, "min", (4, 6), lambda x: x.min(0).values, axis=0)

    f = new("tensor/testdata/matmul.safetensors")
    for name, a_shape, b_shape in (("plain", (4, 5), (5, 3)), ("batched", (2, 4, 5), (2, 5, 3)), ("broadcast", (2, 1, 4, 5), (3, 5, 2))):
        c = f.case(name)
        a = c.uniform("in.a", a_shape, grad=True)
        b = c.uniform("in.b", b_shape, grad=True)
        y = a @ b
        y.backward(c.uniform("up.y", tuple(y.shape)))
        c.out("out.y", y)
        c.out("grad.a", a.grad)
        c.out("grad.b", b.grad)

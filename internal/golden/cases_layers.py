"""Layers: outputs, and gradients of Σ up·out for inputs and parameters."""

import math

import torch
from torch import nn


def load(case, module, low=-1.0, high=1.0):
    """Gives every parameter numbers of the case's own."""
    for name, p in module.named_parameters():
        p.data = case.uniform(f"param.{name}", tuple(p.shape), low, high).data


def run(case, module, x, **inputs):
    """Forward on x, backward from an upstream gradient, and all gradients."""
    y = module(x)
    y.backward(case.uniform("up.y", tuple(y.shape)))
    case.out("out.y", y)
    if x.requires_grad:
        case.out("grad.x", x.grad)
    for name, p in module.named_parameters():
        case.out(f"grad.{name}", p.grad)


def linear(new):
    f = new("layers/testdata/linear.safetensors")
    for name, shape, n, bias in (("2d", (5, 4), 3, True), ("3d", (2, 3, 4), 5, True), ("1d", (4,), 3, True), ("no_bias", (5, 4), 3, False)):
        c = f.case(name)
        m = nn.Linear(shape[-1], n, bias=bias)
        c.note(in_features=shape[-1], out_features=n, bias=bias)
        load(c, m)
        run(c, m, c.uniform("in.x", shape, grad=True))


def embedding(new):
    f = new("layers/testdata/embedding.safetensors")
    for name, ids in (("repeated_ids", [[0, 3, 3, 6, 0], [3, 1, 5, 3, 2]]), ("1d", [4, 4, 4]), ("one_of_3d", [[[6]], [[0]]])):
        c = f.case(name)
        m = nn.Embedding(7, 4)
        c.note(num_embeddings=7, embedding_dim=4)
        load(c, m)
        run(c, m, c.ids("in.x", ids))


def recurrent(f, cls, shape, hidden, layers, state, both, name):
    c = f.case(name)
    batch, steps, size = shape
    m = cls(size, hidden, layers, batch_first=True, bidirectional=both)
    c.note(input_size=size, hidden_size=hidden, num_layers=layers, batch_first=True, bidirectional=both,
           gates="i,f,g,o" if cls is nn.LSTM else "r,z,n")
    load(c, m)
    x = c.uniform("in.x", shape, grad=True)
    kinds = ("h", "c") if cls is nn.LSTM else ("h",)
    first = [c.uniform(f"in.{k}0", (layers * (1 + both), batch, hidden), grad=True) for k in kinds] if state else None
    given = None if first is None else tuple(first) if len(first) == 2 else first[0]
    y, last = m(x, given)
    outs = dict(zip(("y", *(k + "n" for k in kinds)), (y, *(last if isinstance(last, tuple) else (last,)))))
    torch.autograd.backward(tuple(outs.values()), [c.uniform(f"up.{k}", tuple(v.shape)) for k, v in outs.items()])
    for k, v in outs.items():
        c.out(f"out.{k}", v)
    c.out("grad.x", x.grad)
    for k, v in zip(kinds, first or ()):
        c.out(f"grad.{k}0", v.grad)
    for k, p in m.named_parameters():
        c.out(f"grad.{k}", p.grad)


def lstm(new):
    f = new("layers/testdata/lstm.safetensors")
    for name, layers, batch, steps, state in (
        ("one_layer", 1, 3, 5, True), ("two_layers", 2, 3, 5, True), ("three_layers", 3, 2, 3, True),
        ("zero_state", 2, 2, 4, False), ("one_step", 1, 2, 1, True), ("batch_of_one", 2, 1, 6, True)):
        recurrent(f, nn.LSTM, (batch, steps, 4), 6, layers, state, False, name)
    recurrent(f, nn.LSTM, (2, 3, 3), 4, 2, True, True, "both_directions")


def gru(new):
    f = new("layers/testdata/gru.safetensors")
    for name, layers, batch, steps, state, both in (
        ("one_layer", 1, 3, 5, True, False), ("two_layers", 2, 2, 3, True, False), ("zero_state", 1, 2, 4, False, False),
        ("one_step", 1, 2, 1, True, False), ("both_directions", 2, 2, 3, True, True)):
        recurrent(f, nn.GRU, (batch, steps, 3), 4, layers, state, both, name)


def batch_norm(new):
    f = new("layers/testdata/batchnorm.safetensors")
    for name, cls, shape, train, kw in (
        ("1d_2d_train", nn.BatchNorm1d, (6, 3), True, {}), ("1d_3d_train", nn.BatchNorm1d, (4, 3, 5), True, {}),
        ("1d_2d_eval", nn.BatchNorm1d, (6, 3), False, {}), ("1d_3d_eval", nn.BatchNorm1d, (4, 3, 5), False, {}),
        ("2d_train", nn.BatchNorm2d, (3, 2, 4, 3), True, {}), ("2d_eval", nn.BatchNorm2d, (3, 2, 4, 3), False, {}),
        ("momentum_eps", nn.BatchNorm1d, (6, 3), True, dict(momentum=0.3, eps=1e-2)),
        ("no_affine", nn.BatchNorm2d, (3, 2, 4, 3), True, dict(affine=False))):
        c = f.case(name)
        m = cls(shape[1], **kw)
        c.note(kind=cls.__name__, num_features=shape[1], eps=m.eps, momentum=m.momentum, affine=m.affine, train=train)
        load(c, m, 0.5, 1.5)
        m.running_mean = c.uniform("buffer.running_mean", (shape[1],))
        m.running_var = c.uniform("buffer.running_var", (shape[1],), 0.5, 2)
        m.train(train)
        run(c, m, c.uniform("in.x", shape, -2, 3, grad=True))
        c.out("after.running_mean", m.running_mean)
        c.out("after.running_var", m.running_var)
        c.ids("after.num_batches_tracked", int(m.num_batches_tracked))


def layer_norm(new):
    f = new("layers/testdata/layernorm.safetensors")
    for name, shape, dims, kw in (
        ("one_dim", (4, 6), 1, {}), ("one_dim_of_3d", (2, 3, 6), 1, {}), ("two_dims", (3, 4, 5), 2, {}),
        ("no_affine", (4, 6), 1, dict(elementwise_affine=False)), ("large_eps", (4, 6), 1, dict(eps=0.1))):
        c = f.case(name)
        m = nn.LayerNorm(shape[-dims:], **kw)
        c.note(normalized_shape=shape[-dims:], eps=m.eps, affine=m.elementwise_affine)
        load(c, m, 0.5, 1.5)
        run(c, m, c.uniform("in.x", shape, -2, 3, grad=True))


def rms_norm(new):
    f = new("layers/testdata/rmsnorm.safetensors")
    for name, shape, dims, low, kw in (
        ("2d", (5, 6), 1, -1.0, {}), ("3d", (2, 3, 6), 1, -1.0, {}), ("over_2_axes", (2, 3, 6), 2, -1.0, {}),
        ("eps", (5, 6), 1, -1.0, dict(eps=1e-2)), ("offset", (5, 6), 1, 99.0, {}), ("no_affine", (5, 6), 1, -1.0, dict(elementwise_affine=False))):
        c = f.case(name)
        kw = dict(dict(eps=1e-6), **kw)
        m = nn.RMSNorm(shape[-dims:], **kw)
        c.note(normalized_shape=shape[-dims:], eps=kw["eps"], affine=m.elementwise_affine)
        load(c, m)
        run(c, m, c.uniform("in.x", shape, low, low + 2, grad=True))


class GatedMLP(nn.Module):
    """As transformers' LlamaMLP, with its names."""

    def __init__(self, size, hidden, act):
        super().__init__()
        self.gate_proj = nn.Linear(size, hidden, bias=False)
        self.up_proj = nn.Linear(size, hidden, bias=False)
        self.down_proj = nn.Linear(hidden, size, bias=False)
        self.act = act

    def forward(self, x):
        return self.down_proj(self.act(self.gate_proj(x)) * self.up_proj(x))


def gated_mlp(new):
    f = new("layers/testdata/gatedmlp.safetensors")
    for name, act in (("silu", nn.SiLU()), ("gelu", nn.GELU()), ("gelu_tanh", nn.GELU(approximate="tanh")), ("sigmoid", nn.Sigmoid())):
        c = f.case(name)
        m = GatedMLP(4, 7, act)
        c.note(size=4, hidden=7)
        load(c, m)
        run(c, m, c.uniform("in.x", (2, 3, 4), grad=True))


def tied(new):
    f = new("layers/testdata/tied.safetensors")
    c = f.case("gru_between")
    embed, between, head = nn.Embedding(7, 4), nn.GRU(4, 4, batch_first=True), nn.Linear(4, 7)
    head.weight = embed.weight
    m = nn.ModuleDict(dict(embed=embed, gru=between, head=head))  # named_parameters names the shared one once
    load(c, m)
    head.weight = embed.weight
    y = head(between(embed(c.ids("in.x", [[0, 3, 3, 6], [3, 1, 5, 3]])))[0])
    y.backward(c.uniform("up.y", tuple(y.shape)))
    c.out("out.y", y)
    for name, p in m.named_parameters():
        c.out(f"grad.{name}", p.grad)


def activations(new):
    f = new("layers/testdata/activations.safetensors")
    for name, m, notes in (
        ("relu", nn.ReLU(), {}), ("leaky_relu", nn.LeakyReLU(0.2), dict(slope=0.2)), ("tanh", nn.Tanh(), {}),
        ("sigmoid", nn.Sigmoid(), {}), ("gelu", nn.GELU(), {}), ("gelu_tanh", nn.GELU(approximate="tanh"), dict(approximate="tanh")),
        ("silu", nn.SiLU(), {}), ("softplus", nn.Softplus(), {}), ("softmax", nn.Softmax(-1), dict(axis=-1)),
        ("log_softmax", nn.LogSoftmax(-1), dict(axis=-1)), ("dropout_eval", nn.Dropout(0.5).eval(), dict(p=0.5, train=False))):
        c = f.case(name)
        c.note(**notes)
        run(c, m, c.uniform("in.x", (3, 4, 5), -4, 4, grad=True))


def sequential(new):
    """Layers that change shape or share a value, put together."""
    f = new("layers/testdata/sequential.safetensors")
    c = f.case("flatten_linear_norm_residual")
    c.note(layers="Flatten,Linear(12→6),LayerNorm(6),Residual(Linear(6→6),Tanh),Linear(6→2)")

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(6, 6), nn.Tanh())

        def forward(self, x):
            return x + self.body(x)

    m = nn.Sequential(nn.Flatten(), nn.Linear(12, 6), nn.LayerNorm(6), Residual(), nn.Linear(6, 2))
    c.note(params=[k for k, _ in m.named_parameters()])
    load(c, m, -1 / math.sqrt(6), 1)
    run(c, m, c.uniform("in.x", (5, 3, 2, 2), grad=True))


def build(new):
    for part in (linear, embedding, lstm, gru, batch_norm, layer_norm, rms_norm, gated_mlp, tied, activations, sequential):
        part(new)

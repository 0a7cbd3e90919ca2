"""Attention: PyTorch's scaled_dot_product_attention and nn.MultiheadAttention, and
rotary positions as transformers and GPT-J write them."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from cases_layers import load, run


def seen(queries, keys, causal, window, offset, lengths, batch):
    """Which keys a query sees, [B, 1, Tq, Tk]."""
    at = torch.arange(queries)[:, None] + offset
    j = torch.arange(keys)[None, :]
    m = torch.ones(batch, 1, queries, keys, dtype=torch.bool)
    if causal:
        m &= j <= at
    if window:
        m &= (j > at - window) & (j < at + window)
    if lengths:
        m &= j[None, None] < torch.tensor(lengths)[:, None, None, None]
    return m


def attend(f, name, batch, queries, keys, heads, groups, dim, causal=False, window=0, offset=0, lengths=(), scale=None):
    """Tensors are [B, T, H, D] in the file; PyTorch takes [B, H, T, D]."""
    c = f.case(name)
    c.note(causal=causal, window=window, offset=offset, scale=scale or 0, lengths=lengths or [keys] * batch)
    q = c.uniform("in.q", (batch, queries, heads, dim), -2, 2, grad=True)
    k = c.uniform("in.k", (batch, keys, groups, dim), -2, 2, grad=True)
    v = c.uniform("in.v", (batch, keys, groups, dim), grad=True)
    plain = not window and not lengths and not offset
    y = F.scaled_dot_product_attention(
        q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2),
        attn_mask=None if plain else seen(queries, keys, causal, window, offset, lengths, batch),
        is_causal=causal and plain, scale=scale, enable_gqa=groups != heads).transpose(1, 2)
    c.out("out.y", y)
    y.backward(c.uniform("up.y", tuple(y.shape)))
    for name, x in (("q", q), ("k", k), ("v", v)):
        c.out(f"grad.{name}", x.grad)


def attention(new):
    f = new("tensor/testdata/attention.safetensors")
    attend(f, "full", 2, 3, 5, 2, 2, 4)
    attend(f, "causal", 1, 7, 7, 2, 2, 8, causal=True)
    attend(f, "grouped", 1, 6, 6, 4, 2, 4, causal=True)
    attend(f, "window", 1, 13, 13, 1, 1, 4, causal=True, window=3)
    attend(f, "later", 1, 2, 9, 2, 1, 4, causal=True, offset=7)
    attend(f, "window_later", 1, 5, 9, 1, 1, 4, causal=True, offset=4, window=4)
    attend(f, "lengths", 3, 4, 5, 1, 1, 4, lengths=(5, 1, 3))
    attend(f, "scale", 1, 4, 4, 1, 1, 16, scale=1.7)


def rotate_half(x):
    """transformers' Llama."""
    a, b = x.chunk(2, dim=-1)
    return torch.cat((-b, a), dim=-1)


def rotate_every_two(x):
    """transformers' GPT-J."""
    return torch.stack((-x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)


def llama3(freq, factor=8.0, low=1.0, high=4.0, context=8192):
    """transformers' _compute_llama3_parameters."""
    wavelength = 2 * math.pi / freq
    smooth = (context / wavelength - low) / (high - low)
    return torch.where(
        wavelength > context / low, freq / factor,
        torch.where(wavelength < context / high, freq, (1 - smooth) * freq / factor + smooth * freq))


def turn(f, name, places, start, heads, dim, dims, base, interleaved, rescale=None):
    c = f.case(name)
    c.note(start=start, dims=dims, base=base, interleaved=interleaved, llama3=rescale is not None)
    x = c.uniform("in.x", (2, places, heads, dim), grad=True)
    freq = 1 / base ** (torch.arange(0, dims, 2).double() / dims)
    if rescale:
        freq = rescale(freq)
    angle = (torch.arange(start, start + places).double()[:, None] * freq)[:, None, :]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    spread = (lambda t: t.repeat_interleave(2, dim=-1)) if interleaved else (lambda t: torch.cat((t, t), dim=-1))
    part, rest = x[..., :dims], x[..., dims:]
    half = rotate_every_two if interleaved else rotate_half
    y = torch.cat((part * spread(cos) + half(part) * spread(sin), rest), dim=-1)
    c.out("out.y", y)
    y.backward(c.uniform("up.y", tuple(y.shape)))
    c.out("grad.x", x.grad)


def rotary(new):
    f = new("layers/testdata/rotary.safetensors")
    turn(f, "halves", 4, 0, 2, 8, 8, 10000, False)
    turn(f, "interleaved", 4, 3, 1, 8, 8, 10000, True)
    turn(f, "part", 3, 1000, 2, 10, 6, 500, False)
    turn(f, "llama3", 3, 5000, 1, 16, 16, 500000, False, llama3)


class Attention(nn.Module):
    """nn.MultiheadAttention's parameters and names, with grouped heads, norms of queries
    and keys, and rotary positions as in transformers' Qwen3."""

    def __init__(self, width, heads, groups, dim, causal, rotary):
        super().__init__()
        self.heads, self.groups, self.dim, self.causal, self.rotary = heads, groups, dim, causal, rotary
        self.in_proj_weight = nn.Parameter(torch.zeros((heads + 2 * groups) * dim, width))
        self.in_proj_bias = nn.Parameter(torch.zeros((heads + 2 * groups) * dim))
        self.out_proj = nn.Linear(heads * dim, width)
        if rotary:  # without it the bias of k_norm changes nothing: its gradient is rounding
            self.q_norm, self.k_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)

    def forward(self, x):
        b, t, _ = x.shape
        h, g = self.heads, self.groups
        q, k, v = F.linear(x, self.in_proj_weight, self.in_proj_bias).view(b, t, h + 2 * g, self.dim).split((h, g, g), dim=2)
        if self.rotary:
            q, k = self.q_norm(q), self.k_norm(k)
            freq = 1 / 10000 ** (torch.arange(0, self.dim, 2).double() / self.dim)
            angle = (torch.arange(t).double()[:, None] * freq)[:, None, :].to(x.dtype)
            cos, sin = angle.cos().repeat(1, 1, 2), angle.sin().repeat(1, 1, 2)
            q, k = q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        future = torch.ones(t, t, dtype=torch.bool).triu(1) if self.causal else torch.zeros(t, t, dtype=torch.bool)
        scores = q @ k.repeat_interleave(h // g, dim=1).transpose(2, 3) / math.sqrt(self.dim)
        self.weights = scores.masked_fill(future, -math.inf).softmax(-1)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal, enable_gqa=True)
        return self.out_proj(y.transpose(1, 2).flatten(2))


def multihead(new):
    f = new("layers/testdata/attention.safetensors")
    for name, causal, bias in (("full", False, True), ("causal", True, True), ("no_bias", True, False)):
        c = f.case(name)
        width, heads, t = 6, 2, 4
        m = nn.MultiheadAttention(width, heads, bias=bias, batch_first=True)
        c.note(heads=heads, groups=heads, dim=width // heads, causal=causal, bias=bias, rotary=False, norms=False)
        load(c, m)
        mask = nn.Transformer.generate_square_subsequent_mask(t) if causal else None
        forward = lambda x: m(x, x, x, attn_mask=mask, need_weights=False)[0]  # noqa: E731
        forward.named_parameters = m.named_parameters
        x = c.uniform("in.x", (2, t, width), grad=True)
        run(c, forward, x)
        c.out("out.weights", m(x, x, x, attn_mask=mask, need_weights=True, average_attn_weights=False)[1])
    for name, rotary_on in (("grouped", False), ("grouped_rotary", True)):
        c = f.case(name)
        m = Attention(6, 4, 2, 4, True, rotary_on)
        c.note(heads=4, groups=2, dim=4, causal=True, bias=True, rotary=rotary_on, norms=rotary_on)
        load(c, m)
        run(c, m, c.uniform("in.x", (1, 5, 6), grad=True))
        c.out("out.weights", m.weights)


def build(new):
    attention(new)
    rotary(new)
    multihead(new)

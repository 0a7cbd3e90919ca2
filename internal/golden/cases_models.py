"""Whole models: outputs, all gradients, ten steps of training, final weights.

Every case has ten batches. out.* and grad.* belong to the first batch and the
initial weights (but for the generator of a GAN, see gan); out.losses[i] is the
loss of batch i before update i; after.* are the weights after ten updates.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn, optim

STEPS = 10


def load(c, module, prefix=""):
    """Weights of the usual size, ±1/√(inputs), from the case's own stream."""
    names = []
    for name, p in module.named_parameters():
        bound = 1 / math.sqrt(p.shape[-1])
        p.data = c.uniform(f"param.{prefix}{name}", tuple(p.shape), -bound, bound).data
        names.append(prefix + name)
    return names


def save(c, kind, module, prefix=""):
    for name, p in module.named_parameters():
        c.out(f"{kind}.{prefix}{name}", p.grad if kind == "grad" else p)


def mlp(new):
    f = new("models/testdata/mlp.safetensors")
    table = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]]
    for name, sizes, hidden, output, loss in (
        ("example_3_2_1", (3, 2, 1), "sigmoid", "sigmoid", "half_squared_error"),
        ("sigmoid_half_squared_error", (5, 7, 6, 3), "sigmoid", "sigmoid", "half_squared_error"),
        ("relu_half_squared_error", (5, 7, 6, 3), "relu", "identity", "half_squared_error"),
        ("sigmoid_softmax_probs", (5, 7, 6, 3), "sigmoid", "softmax", "cross_entropy_probs"),
        ("relu_softmax_ce", (5, 7, 6, 3), "relu", "identity", "cross_entropy_logits"),
        ("tanh_sgd_momentum", (5, 7, 6, 3), "tanh", "identity", "cross_entropy_logits"),
        ("relu_adamw", (5, 7, 6, 3), "relu", "identity", "cross_entropy_logits")):
        c = f.case(name)
        acts = dict(sigmoid=nn.Sigmoid, relu=nn.ReLU, tanh=nn.Tanh, identity=nn.Identity, softmax=lambda: nn.Softmax(-1))
        layers = []
        for i in range(len(sizes) - 1):
            layers += [nn.Linear(sizes[i], sizes[i + 1]), acts[hidden if i < len(sizes) - 2 else output]()]
        m = nn.Sequential(*layers)
        params = load(c, m)
        momentum = 0.9 if "momentum" in name else 0
        adamw = name.endswith("adamw")
        c.note(sizes=sizes, hidden=hidden, output=output, loss=loss, lr=0.1, momentum=momentum, optimizer="AdamW" if adamw else "SGD", params=params)
        if name.startswith("example"):  # the same five rows in every step
            x = c.given("in.x", [table] * STEPS)
            target = c.given("in.target", [[[1], [0], [0], [1], [0]]] * STEPS)
        else:
            x = c.uniform("in.x", (STEPS, 4, sizes[0]), -2, 2)
            if loss == "half_squared_error":
                target = c.uniform("in.target", (STEPS, 4, sizes[-1]), 0, 1)
            elif loss == "cross_entropy_probs":
                target = c.given("in.target", np.eye(3)[c.random.randint(0, 3, (STEPS, 4))])
            else:
                target = c.ids("in.target", c.random.randint(0, 3, (STEPS, 4)))
        measure = dict(
            half_squared_error=lambda y, t: 0.5 * ((y - t) ** 2).sum(),
            cross_entropy_probs=lambda y, t: -(t * y.log()).sum(),
            cross_entropy_logits=lambda y, t: F.cross_entropy(y, t))[loss]
        c.note(loss_formula=dict(
            half_squared_error="½ Σ (y−ŷ)² over batch and outputs",
            cross_entropy_probs="−Σ y·log ŷ over batch and outputs",
            cross_entropy_logits="mean over the batch, from logits and class indices")[loss])
        if adamw:  # biases do not decay
            c.note(weight_decay=0.3)
            o = optim.AdamW([dict(params=[p for p in m.parameters() if p.dim() > 1]),
                             dict(params=[p for p in m.parameters() if p.dim() < 2], weight_decay=0)], lr=0.1, weight_decay=0.3)
        else:
            o = optim.SGD(m.parameters(), lr=0.1, momentum=momentum)
        losses = []
        for i in range(STEPS):
            o.zero_grad()
            y = m(x[i])
            l = measure(y, target[i])
            l.backward()
            if i == 0:
                c.out("out.y", y)
                save(c, "grad", m)
            o.step()
            losses.append(l.item())
        c.out("out.losses", losses)
        save(c, "after", m)


class Sharpen(nn.Module):
    """x plus so many times its differences from the four neighbours, of which
    those beyond the border are equal to it."""

    def __init__(self, amount, channels, height, width):
        super().__init__()
        self.amount, self.shape = amount, (channels, height, width)

    def forward(self, x):
        p = F.pad(x.reshape(-1, *self.shape), (1, 1, 1, 1), mode="replicate")
        c = p[:, :, 1:-1, 1:-1]
        around = p[:, :, :-2, 1:-1] + p[:, :, 2:, 1:-1] + p[:, :, 1:-1, :-2] + p[:, :, 1:-1, 2:]
        return (c + self.amount * (4 * c - around)).reshape(x.shape)


def gan(new):
    """Each step updates D on real and fake, then G through the updated D.

    grad.discriminator.* are D's gradients in the first step; grad.generator.*
    are G's, through D after its first update.
    """
    f = new("models/testdata/gan.safetensors")
    z_dim, a, b, size, batch = 10, 16, 32, 4, 4
    for name, logits, betas, penalty, sharpen in (
        ("sigmoid_bce", False, (0.9, 0.999), 0, 0),
        ("logits_bce", True, (0.5, 0.999), 0, 0),
        ("penalty", True, (0.5, 0.999), 2, 0),
        ("penalty_sharpen", True, (0.5, 0.999), 0.5, 0.7)):
        c = f.case(name)
        pixels = size * size * 3
        g = nn.Sequential(nn.Linear(z_dim, a), nn.LeakyReLU(0.2), nn.Linear(a, b), nn.LeakyReLU(0.2), nn.Linear(b, pixels), nn.Tanh())
        d = nn.Sequential(*([Sharpen(sharpen, 3, size, size)] if sharpen else []), nn.Linear(pixels, b), nn.LeakyReLU(0.2), nn.Linear(b, a), nn.LeakyReLU(0.2), nn.Linear(a, 1),
                          *([] if logits else [nn.Sigmoid()]))
        params = load(c, g, "generator.model.") + load(c, d, "discriminator.model.")
        c.note(z=z_dim, hidden=(a, b), size=size, channels=3, slope=0.2, penalty=penalty, sharpen=sharpen, params=params, optimizer="Adam", lr=0.0002, betas=betas, eps=1e-8,
               loss="bce_with_logits" if logits else "bce", d_loss="bce(D(x),1) + bce(D(G(z)),0) [+ ½ penalty · mean of squared norms of ∂D(x)/∂x]", g_loss="bce(D(G(z)),1), same z",
               order="D update, then G update through the updated D")
        z = c.uniform("in.z", (STEPS, batch, z_dim), -2, 2)
        x = c.uniform("in.x", (STEPS, batch, 3, size, size))
        bce = F.binary_cross_entropy_with_logits if logits else F.binary_cross_entropy
        one, zero = torch.ones(batch, 1), torch.zeros(batch, 1)
        og, od = (optim.Adam(m.parameters(), lr=0.0002, betas=betas) for m in (g, d))
        d_losses, g_losses = [], []
        for i in range(STEPS):
            fake = g(z[i])
            real = x[i].reshape(batch, -1).requires_grad_()
            real_score, fake_score = d(real), d(fake.detach())
            d_loss = bce(real_score, one) + bce(fake_score, zero)
            all_of_it = d_loss
            if penalty:
                slope, = torch.autograd.grad(real_score.sum(), real, create_graph=True)
                all_of_it = d_loss + penalty / 2 * slope.square().sum(1).mean()
            od.zero_grad()
            all_of_it.backward()
            if i == 0:
                c.out("out.images", fake.reshape(batch, 3, size, size))
                c.out("out.real_scores", real_score)
                c.out("out.fake_scores", fake_score)
                save(c, "grad", d, "discriminator.model.")
            od.step()
            g_loss = bce(d(fake), one)
            og.zero_grad()
            g_loss.backward()
            if i == 0:
                save(c, "grad", g, "generator.model.")
            og.step()
            d_losses.append(d_loss.item())
            g_losses.append(g_loss.item())
        c.out("out.d_losses", d_losses)
        c.out("out.g_losses", g_losses)
        save(c, "after", g, "generator.model.")
        save(c, "after", d, "discriminator.model.")


def adversarial(name, r, f):
    """d and g of a loss."""
    s = F.softplus
    one, zero = torch.ones_like(r), torch.zeros_like(r)
    bce = F.binary_cross_entropy_with_logits
    return {
        "non_saturating": lambda: (bce(r, one) + bce(f, zero), bce(f, one)),
        "minimax": lambda: (bce(r, one) + bce(f, zero), -bce(f, zero)),
        "least_squares": lambda: (0.5 * F.mse_loss(r, one) + 0.5 * F.mse_loss(f, zero), 0.5 * F.mse_loss(f, one)),
        "hinge": lambda: (F.relu(1 - r).mean() + F.relu(1 + f).mean(), -f.mean()),
        "wasserstein": lambda: (f.mean() - r.mean(), -f.mean()),
        "relativistic": lambda: (s(f - r).mean(), s(r - f).mean()),
    }[name]()


def gan_losses(new):
    """Ten updates of D and of G with each loss, and with the penalties it needs."""
    f = new("models/testdata/ganlosses.safetensors")
    z_dim, a, b, size, batch, steps = 6, 8, 12, 3, 4, 10
    for name, r1, r2, gp in (
        ("minimax", 0, 0, 0), ("least_squares", 0, 0, 0), ("hinge", 0, 0, 0),
        ("wasserstein", 0, 0, 10), ("relativistic", 1.5, 0.5, 0), ("non_saturating", 0, 2, 3)):
        c = f.case(name)
        pixels = size * size * 3
        g = nn.Sequential(nn.Linear(z_dim, a), nn.LeakyReLU(0.2), nn.Linear(a, b), nn.LeakyReLU(0.2), nn.Linear(b, pixels), nn.Tanh())
        d = nn.Sequential(nn.Linear(pixels, b), nn.LeakyReLU(0.2), nn.Linear(b, a), nn.LeakyReLU(0.2), nn.Linear(a, 1))
        params = load(c, g, "generator.model.") + load(c, d, "discriminator.model.")
        c.note(z=z_dim, hidden=(a, b), size=size, channels=3, slope=0.2, r1=r1, r2=r2, gradient_penalty=gp, params=params, optimizer="Adam", lr=0.002, betas=(0.5, 0.999), eps=1e-8, loss=name,
               order="D update, then G update through the updated D, same z; x between is mix·real + (1−mix)·fake")
        z = c.uniform("in.z", (steps, batch, z_dim), -2, 2)
        x = c.uniform("in.x", (steps, batch, 3, size, size))
        mix = c.uniform("in.mix", (steps, batch, 1), 0, 1)
        og, od = (optim.Adam(m.parameters(), lr=0.002, betas=(0.5, 0.999)) for m in (g, d))
        d_losses, g_losses = [], []

        def slope(at):
            at = at.detach().requires_grad_()
            return torch.autograd.grad(d(at).sum(), at, create_graph=True)[0].square().sum(1)

        for i in range(steps):
            fake, real = g(z[i]), x[i].reshape(batch, -1)
            d_loss, _ = adversarial(name, d(real), d(fake.detach()))
            all_of_it = d_loss
            if r1:
                all_of_it = all_of_it + r1 / 2 * slope(real).mean()
            if r2:
                all_of_it = all_of_it + r2 / 2 * slope(fake).mean()
            if gp:
                all_of_it = all_of_it + gp * (slope(mix[i] * real + (1 - mix[i]) * fake).sqrt() - 1).square().mean()
            od.zero_grad()
            all_of_it.backward()
            od.step()
            _, g_loss = adversarial(name, d(real), d(fake))
            og.zero_grad()
            g_loss.backward()
            og.step()
            d_losses.append(d_loss.item())
            g_losses.append(g_loss.item())
        c.out("out.d_losses", d_losses)
        c.out("out.g_losses", g_losses)
        save(c, "after", g, "generator.model.")
        save(c, "after", d, "discriminator.model.")


class TextGenerator(nn.Module):
    def __init__(self, vocab, embed, hidden, layers, tied):
        super().__init__()
        self.embed = nn.Embedding(vocab, embed)
        self.lstm = nn.LSTM(embed, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, vocab)
        if tied:  # named once by named_parameters, as embed.weight
            self.fc.weight = self.embed.weight

    def forward(self, x, state=None):
        y, state = self.lstm(self.embed(x), state)
        return self.fc(y), state


def text(new):
    f = new("models/testdata/textgenerator.safetensors")
    vocab, batch, steps = 12, 3, 7
    for name, layers, embed, hidden, carry, clip, lr, tied in (
        ("two_layers", 2, 8, 10, False, None, 0.01, False), ("one_layer_carried_clipped", 1, 8, 10, True, 0.25, 0.01, False),
        ("tied", 1, 6, 6, False, None, 0.01, True)):
        c = f.case(name)
        m = TextGenerator(vocab, embed, hidden, layers, tied)
        params = load(c, m)
        c.note(vocab=vocab, embed=embed, hidden=hidden, layers=layers, tied=tied, optimizer="Adam", lr=lr, betas=(0.9, 0.999), eps=1e-8, params=params,
               loss="cross entropy from logits, mean over batch and time", carry_state=carry, clip_norm=clip or 0,
               state="carried, detached, from one batch to the next" if carry else "zero in every batch")
        stream = c.random.randint(0, vocab, (batch, STEPS * steps + 1))
        window = [stream[:, i * steps:(i + 1) * steps + 1] for i in range(STEPS)]
        x = c.ids("in.x", [w[:, :-1] for w in window])
        target = c.ids("in.target", [w[:, 1:] for w in window])
        prompt = c.ids("in.prompt", [3, 1, 7])
        ids, margin = greedy(m, prompt, 12)
        assert margin > 1e-3, f"{name}: greedy choice too close to call: {margin}"
        c.ids("out.greedy", ids)
        c.note(greedy="12 most likely ids after in.prompt, initial weights, zero state")
        o = optim.Adam(m.parameters(), lr=lr)
        losses, norms, state = [], [], None
        for i in range(STEPS):
            o.zero_grad()
            logits, last = m(x[i], state)
            l = F.cross_entropy(logits.reshape(-1, vocab), target[i].reshape(-1))
            l.backward()
            if i == 0:
                c.out("out.logits", logits)
                c.out("out.hn", last[0])
                c.out("out.cn", last[1])
                save(c, "grad", m)
            if clip:
                norms.append(nn.utils.clip_grad_norm_(m.parameters(), clip).item())
            if carry:
                state = tuple(s.detach() for s in last)
            o.step()
            losses.append(l.item())
        c.out("out.losses", losses)
        if clip:
            c.out("out.norms", norms)
            assert max(norms) > clip, norms
        if carry:
            c.out("after_state.hn", state[0])
            c.out("after_state.cn", state[1])
        save(c, "after", m)


def greedy(m, prompt, n):
    ids, margin, state = [], math.inf, None
    x = prompt
    with torch.no_grad():
        for _ in range(n):
            logits, state = m(x.reshape(1, -1), state)
            top = logits[0, -1].topk(2)
            margin = min(margin, (top.values[0] - top.values[1]).item())
            ids.append(int(top.indices[0]))
            x = top.indices[:1]
    return ids, margin


def build(new):
    for part in (mlp, gan, gan_losses, text):
        part(new)

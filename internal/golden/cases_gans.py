"""Convolutional GANs as whole networks: pictures, logits, ten steps of training.

out.* but the losses belong to the first batch and the initial weights, in
evaluation; after.* are parameters and buffers after ten updates of D. Large ones
are kept as a few sums, see digest, so that the file stays small.

A step updates D and then, every critic_steps, G through the updated D with the
same z. The gradient penalty is taken at mix·real + (1−mix)·fake.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn, optim

from cases_models import adversarial

SIZE, WIDTH, Z, BATCH, STEPS = 16, 4, 2, 2, 10


def channels(size, width):
    return width * min(8, max(1, SIZE // (2 * size)))


class Skip(nn.Module):
    """short(x) + body(x); without short, x + body(x)."""

    def __init__(self, body, short=None):
        super().__init__()
        self.body = nn.Sequential(*body)
        if short:
            self.short = nn.Sequential(*short)

    def forward(self, x):
        return (self.short(x) if hasattr(self, "short") else x) + self.body(x)


class SumPixels(nn.Module):
    def forward(self, x):
        return x.sum((2, 3))


class Basis(nn.Module):
    def __init__(self, latents, channels):
        super().__init__()
        self.basis = nn.Parameter(torch.zeros(channels, 4, 4))
        self.linear = nn.Linear(latents, channels, bias=False)

    def forward(self, z):
        return self.linear(z)[:, :, None, None] * self.basis


class Judge(nn.Module):
    """score(φ(x)), and with classes + φ(x)·embedding."""

    def __init__(self, body, features, linear, classes):
        super().__init__()
        self.body = nn.Sequential(*body)
        self.score = linear(features, 1)
        if classes:
            self.classes = linear(classes, features)

    def forward(self, x, classes):
        features = self.body(x)
        y = self.score(features)
        return y if classes is None else y + (self.classes(classes) * features).sum(1, keepdim=True)


def dcgan(latents, width, classes, norm=True):
    at = lambda size: channels(size, width)
    g = [nn.Unflatten(1, (-1, 1, 1)), nn.ConvTranspose2d(latents, at(4), 4, bias=False)]
    g += [nn.BatchNorm2d(at(4)), nn.ReLU(), nn.ConvTranspose2d(at(4), at(8), 4, 2, 1, bias=False)]
    g += [nn.BatchNorm2d(at(8)), nn.ReLU(), nn.ConvTranspose2d(at(8), 1, 4, 2, 1), nn.Tanh()]
    d = [nn.Conv2d(1, at(8), 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(at(8), at(4), 4, 2, 1, bias=not norm)]
    d += [nn.BatchNorm2d(at(4))] * norm + [nn.LeakyReLU(0.2), nn.Flatten()]
    return nn.Sequential(*g), Judge(d, 16 * at(4), nn.Linear, classes)


def wgangp(latents, width, classes):
    return dcgan(latents, width, classes, norm=False)


def sngan(latents, width, classes):
    at = lambda size: channels(size, width)
    sn = nn.utils.parametrizations.spectral_norm
    conv = lambda i, o, k=3: nn.Conv2d(i, o, k, padding=k // 2)
    up = lambda: nn.Upsample(scale_factor=2)
    g = [nn.Linear(latents, 16 * at(4)), nn.Unflatten(1, (at(4), 4, 4))]
    for i, o in ((at(4), at(8)), (at(8), width // 2)):
        g.append(Skip([nn.BatchNorm2d(i), nn.ReLU(), up(), conv(i, o), nn.BatchNorm2d(o), nn.ReLU(), conv(o, o)], [conv(i, o, 1), up()]))
    g += [nn.BatchNorm2d(width // 2), nn.ReLU(), conv(width // 2, 1), nn.Tanh()]
    a, b, half = at(8), at(4), nn.AvgPool2d(2)
    d = [Skip([sn(conv(1, a // 2)), nn.ReLU(), sn(conv(a // 2, a)), half], [half, sn(conv(1, a, 1))]),
         Skip([nn.ReLU(), sn(conv(a, a)), nn.ReLU(), sn(conv(a, b)), half], [half, sn(conv(a, b, 1))]),
         nn.ReLU(), SumPixels()]
    return nn.Sequential(*g), Judge(d, b, lambda i, o: sn(nn.Linear(i, o)), classes)


def r3gan(latents, width, classes):
    at = lambda size: channels(size, width)
    conv = lambda i, o, k=1, **more: nn.Conv2d(i, o, k, bias=False, **more)
    act = nn.LeakyReLU(0.2)

    def block(c):
        inner = 2 * c
        return Skip([nn.Conv2d(c, inner, 1), act, nn.Conv2d(inner, inner, 3, padding=1, groups=max(2, inner // 16)), act, conv(inner, c)])

    g = [Basis(latents, at(4)), block(at(4)), conv(at(4), at(8)), nn.Upsample(scale_factor=2, mode="bilinear"), block(at(8)),
         nn.Upsample(scale_factor=2, mode="bilinear"), conv(at(8), 1, 3, padding=1)]
    d = [conv(1, at(8), 4, stride=2, padding=1), block(at(8)), nn.AvgPool2d(2), conv(at(8), at(4)), block(at(4)),
         conv(at(4), at(4), 4, groups=at(4)), nn.Flatten()]
    return nn.Sequential(*g), Judge(d, at(4), lambda i, o: nn.Linear(i, o, bias=False), classes)


KINDS = dict(DCGAN=dcgan, WGANGP=wgangp, SNGAN=sngan, R3GAN=r3gan)


def digest(t):
    """Few numbers as they are, of many Σ tᵢ·cos(i·(k+1)) for k = 0, 1, 2."""
    t = t.detach().double().reshape(-1)
    if len(t) <= 16:
        return t
    i = torch.arange(len(t), dtype=torch.float64)
    return torch.stack([(t * torch.cos(i * (k + 1))).sum() for k in range(3)])


def load(c, module, prefix):
    """Numbers of the usual size from the case's own stream; u is W·v/‖W·v‖, as it
    always is after a step of power iteration."""
    for name, p in list(module.named_parameters()) + list(module.named_buffers()):
        if "running" in name or "num_batches" in name or name.endswith("._u"):
            continue
        shape = tuple(p.shape)
        if name.endswith("._v"):
            owner, full = module.get_submodule(name.rpartition(".")[0]), f"buffer.{prefix}{name}"
            weight = dict(module.named_parameters())[name.removesuffix("0._v") + "original"].detach().flatten(1)
            owner._v = c.given(full, F.normalize(torch.tensor(c.random.uniform(-1, 1, shape)), dim=0))
            owner._u = c.given(full.removesuffix("v") + "u", F.normalize(weight @ owner._v, dim=0))
            continue
        bound = 1 / math.sqrt(math.prod(shape[1:]) or 1)
        low, high = (-bound, bound) if len(shape) > 1 else (0.5, 1.5) if name.endswith("weight") else (-0.5, 0.5)
        p.data = c.uniform(f"param.{prefix}{name}", shape, low, high).data


def build(new):
    f = new("models/testdata/convgan.safetensors")
    for name, kind, loss, classes, betas, critic, r1, r2, gp in (
        ("dcgan", "DCGAN", "non_saturating", 0, (0.5, 0.999), 1, 0, 0, 0),
        ("wgangp", "WGANGP", "wasserstein", 0, (0, 0.9), 2, 0, 0, 10),
        ("sngan", "SNGAN", "hinge", 3, (0, 0.9), 1, 0, 0, 0),
        ("r3gan", "R3GAN", "relativistic", 0, (0, 0.99), 1, 1.5, 0.5, 0)):
        c = f.case(name)
        g, d = KINDS[kind](Z + classes, WIDTH, classes)
        train(c, g, d, kind, loss, classes, betas, critic, r1, r2, gp)


def train(c, g, d, kind, loss, classes, betas, critic, r1, r2, gp):
    load(c, g, "generator.model.")
    load(c, d, "discriminator.model.")
    lr = 0.001
    c.note(kind=kind, size=SIZE, width=WIDTH, channels=1, z=Z, classes=classes, loss=loss, lr=lr, betas=betas, critic_steps=critic, r1=r1, r2=r2, gradient_penalty=gp,
           optimizer="Adam")
    # A batch and its negative in turn, each step with latents of its own.
    z, x = c.uniform("in.z", (STEPS, BATCH, Z), -2, 2), c.uniform("in.x", (BATCH, 1, SIZE, SIZE))
    mix = gp and c.uniform("in.mix", (STEPS, BATCH, 1, 1, 1), 0, 1)
    label = None
    if classes:
        label = F.one_hot(c.ids("in.labels", [2, 0]), classes).to(x.dtype)
    latents = lambda i: z[i] if label is None else torch.cat((z[i], label), 1)
    g.eval(), d.eval()
    c.out("out.pictures", digest(g(latents(0))))
    c.out("out.logits", d(x, label))
    g.train(), d.train()
    og, od = (optim.Adam(m.parameters(), lr=lr, betas=tuple(float(b) for b in betas)) for m in (g, d))
    d_losses, g_losses = [], [0.0]

    def slope(y, at):
        return torch.autograd.grad(y.sum(), at, create_graph=True)[0].square().sum((1, 2, 3))

    for i in range(STEPS):
        turn = (i + 1) % critic == 0
        fake, real = g(latents(i)), (-1) ** i * x.clone().requires_grad_()
        made = fake.detach().requires_grad_()
        if kind == "DCGAN" or r1 or r2:
            real_score, fake_score = d(real, label), d(made, label)
        else:  # in one pass: one step of power iteration
            real_score, fake_score = d(torch.cat((real, made)), None if label is None else torch.cat((label, label))).chunk(2)
        d_loss, _ = adversarial(loss, real_score, fake_score)
        whole = d_loss
        if r1:
            whole = whole + r1 / 2 * slope(real_score, real).mean()
        if r2:
            whole = whole + r2 / 2 * slope(fake_score, made).mean()
        if gp:
            at = (mix[i] * real + (1 - mix[i]) * made).detach().requires_grad_()
            whole = whole + gp * (slope(d(at, label), at).sqrt() - 1).square().mean()
        od.zero_grad()
        whole.backward()
        od.step()
        d_losses.append(d_loss.item())
        if not turn:
            g_losses.append(g_losses[-1])
            continue
        with torch.no_grad():
            paired = d(real, label) if loss == "relativistic" else real_score
        _, g_loss = adversarial(loss, paired, d(fake, label))
        og.zero_grad()
        g_loss.backward()
        og.step()
        g_losses.append(g_loss.item())
    c.out("out.d_losses", d_losses)
    c.out("out.g_losses", g_losses[1:])
    for prefix, m in (("generator.model.", g), ("discriminator.model.", d)):
        for name, p in list(m.named_parameters()) + list(m.named_buffers()):
            c.out(f"after.{prefix}{name}", digest(p))

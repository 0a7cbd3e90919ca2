"""Search for a latent, and directions by principal components, each by its
definition. The generator is linear, tanh, linear.

after.z and after.w are random numbers and weights of classes after ten steps of
Adam on the sum of losses, of which out.best are the smallest so far, and whose rate falls along half a cosine, with the
projections after each step.
"""

import math

import numpy as np
import torch

RANDOM, CLASSES, HIDDEN, SHAPE, FEATURES, STEPS = 4, 3, 7, (3, 2, 2), 5, 10


def generator(c, latents, pixels):
    return [c.uniform("param." + name, shape) for name, shape in (
        ("0.weight", (HIDDEN, latents)), ("0.bias", (HIDDEN,)), ("2.weight", (pixels, HIDDEN)), ("2.bias", (pixels,)))]


def onto_simplex(w):
    """The nearest weights that are not negative and add up to 1, by bisection."""
    low, high = w.min() - 1, w.max()
    for _ in range(200):
        middle = (low + high) / 2
        if (w - middle).clamp(min=0).sum() > 1:
            low = middle
        else:
            high = middle
    return (w - low).clamp(min=0)


def search(new):
    f = new("models/latent/testdata/search.safetensors")
    for name, classes, radius, weight, free in (("plain", 0, math.inf, 0.0, False), ("ball", 0, 1.5, 0.0, False), ("features", 0, 9.0, 0.7, False),
                                                ("mixture", CLASSES, 9.0, 0.0, True), ("given_classes", CLASSES, 9.0, 0.3, False)):
        c = f.case(name)
        pixels = math.prod(SHAPE)
        a, b, d, e = generator(c, RANDOM + classes, pixels)
        target = c.uniform("in.picture", SHAPE).flatten()
        heads = [c.uniform("in.head0", (FEATURES, pixels)), c.uniform("in.head1", (2, pixels))]
        z = c.given("in.z", c.random.normal(0, 1, (3, RANDOM)), grad=True)
        w = c.given("in.w", np.eye(3)[:, :classes])
        w.requires_grad_(free)
        rate = 0.2
        c.note(steps=STEPS, rate=rate, radius=radius, feature_weight=weight, free=free)
        adam = torch.optim.Adam([z, w] if free else [z], lr=rate)
        cosine = torch.optim.lr_scheduler.CosineAnnealingLR(adam, STEPS)
        best, so_far = [], math.inf
        for _ in range(STEPS):
            x = torch.tanh(torch.cat([z, w], 1) @ a.T + b) @ d.T + e
            loss = ((x - target) ** 2).mean(1)
            if weight:
                for h in heads:
                    want = torch.tanh(target @ h.T)
                    loss = loss + weight / 2 * ((torch.tanh(x @ h.T) - want) ** 2).sum(1) / (want**2).sum()
            so_far = min(so_far, loss.min().item())
            best.append(so_far)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            cosine.step()
            with torch.no_grad():
                z *= (radius / z.norm(dim=1, keepdim=True)).clamp(max=1)
                if free:
                    w.copy_(torch.stack([onto_simplex(row) for row in w]))
        c.out("out.best", best)
        c.out("after.z", z)
        c.out("after.w", w)


def directions(new):
    f = new("models/latent/testdata/directions.safetensors")
    for name, n, d, count in (("few", 40, 5, 3), ("all", 30, 4, 4), ("wide", 12, 30, 4)):
        c = f.case(name)
        z = c.given("in.z", c.random.normal(0, 1, (n, RANDOM)))
        mixed = c.random.normal(0, 1, (RANDOM, d)) * np.linspace(3, 0.3, d)
        y = c.given("in.y", np.tanh(z.double().numpy() @ mixed) + 0.1 * c.random.normal(0, 1, (n, d)) + 2)
        z, y = z.double().numpy(), y.double().numpy()
        y = y - y.mean(0)
        u, s, vt = np.linalg.svd(y, full_matrices=False)
        x = y @ vt[:count].T
        # Regression of z on coordinates with a constant, a step of one deviation of each.
        steps = np.linalg.lstsq(np.hstack([x, np.ones((n, 1))]), z, rcond=None)[0][:count] * (s[:count, None] / math.sqrt(n))
        steps *= np.sign(steps[np.arange(count), np.abs(steps).argmax(1)])[:, None]
        c.note(count=count)
        c.out("out.steps", steps)
        c.out("out.shares", s[:count] ** 2 / (s**2).sum())


def build(new):
    for part in (search, directions):
        part(new)

"""Measures of generated pictures, each by its definition and without regard to
speed. Everything is NumPy's and SciPy's, in float64 whatever the working
precision."""

import numpy as np
import scipy.linalg
import scipy.ndimage
from PIL import Image


def features(c, name, n, d, rank=None, shift=0.0, scale=1.0):
    """n correlated vectors of d numbers with mean shift."""
    rank = rank or d
    x = c.random.normal(0, 1, (n, rank)) @ c.random.normal(0, 1, (rank, d)) / np.sqrt(rank)
    return c.given("in." + name, scale * x + shift).double().numpy()


def frechet(x, y):
    cx, cy = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(cx @ cy)
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(cx) + np.trace(cy) - 2 * np.trace(root).real


def frechet_svd(x, y):
    """For singular covariances, on which sqrtm fails: with C = A'·A, the trace of
    the root of C·D is the sum of the singular values of A·B'."""
    a, b = (x - x.mean(0)) / np.sqrt(len(x) - 1), (y - y.mean(0)) / np.sqrt(len(y) - 1)
    root = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return ((x.mean(0) - y.mean(0)) ** 2).sum() + (a**2).sum() + (b**2).sum() - 2 * root


def kernel(x, y):
    def k(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def apart(a):
        g = k(a, a)
        return (g.sum() - np.trace(g)) / (len(a) * (len(a) - 1))

    return apart(x) + apart(y) - 2 * k(x, y).mean()


def overlap(x, y, k):
    def distances(a, b):
        return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))

    rx = np.sort(distances(x, x), axis=1)[:, k]  # the first is the vector itself
    ry = np.sort(distances(y, y), axis=1)[:, k]
    d = distances(x, y)
    in_real, in_generated = d <= rx[:, None], d <= ry[None]
    return [in_real.any(0).mean(), in_generated.any(1).mean(), in_real.sum() / (k * len(y)), in_real.any(1).mean()]


def vectors(new):
    f = new("measure/testdata/features.safetensors")
    for name, d, kw, nx, ny, k in (
        ("full", 6, {}, 60, 45, 3),
        ("wide", 40, {}, 15, 12, 5),
        ("rank", 12, dict(rank=4), 50, 50, 3),
        ("one", 1, {}, 20, 30, 1),
        ("far", 8, dict(shift=30.0), 40, 40, 3)):
        c = f.case(name)
        x = features(c, "real", nx, d, **kw)
        y = features(c, "generated", ny, d, **{**kw, "shift": kw.get("shift", 0) + 0.3, "scale": 0.8})
        singular = min(nx, ny) <= d or "rank" in kw
        c.out("out.frechet", (frechet_svd if singular or d == 1 else frechet)(x, y))
        c.out("out.kernel", kernel(x, y))
        c.out("out.overlap", overlap(x, y, k))
        c.note(k=k)


BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def down(x):
    return scipy.ndimage.convolve(x, BINOMIAL[None, None], mode="mirror")[:, :, ::2, ::2]


def up(x, h, w):
    y = np.zeros(x.shape[:2] + (h, w))
    y[:, :, ::2, ::2] = x
    return scipy.ndimage.convolve(y, 4 * BINOMIAL[None, None], mode="mirror")


def laplacian(x):
    levels = [x]
    while min(levels[-1].shape[2:]) // 2 >= 16:
        small = down(levels[-1])
        levels[-1] = levels[-1] - up(small, *levels[-1].shape[2:])
        levels.append(small)
    return levels


def cut(level, places, side):
    """[pictures, patches, 2] to [pictures · patches, channels, side, side]"""
    return np.array([p[:, i:i + side, j:j + side] for p, at in zip(level, places) for i, j in at])


def normalised(patches):
    p = patches - patches.mean((0, 2, 3), keepdims=True)
    return (p / p.std((0, 2, 3), keepdims=True)).reshape(len(p), -1)


def pictures(new):
    f = new("measure/testdata/wasserstein.safetensors")
    for name, (n, ch, h, w), patches, directions in (
        ("gray16", (4, 1, 16, 16), 10, 12),
        ("odd", (2, 3, 37, 34), 12, 12),
        ("three_levels", (2, 1, 64, 66), 12, 12),
        ("tiny", (5, 3, 5, 9), 4, 8)):
        c = f.case(name)
        side = min(7, h, w)
        sets, pyramids = [], []
        for s, smooth in (("real", 1.5), ("generated", 0.7)):
            x = scipy.ndimage.gaussian_filter(c.random.normal(0, 1, (n, ch, h, w)), (0, 0, smooth, smooth))
            x = c.given("in." + s, np.clip(x, -1, 1)).double().numpy()
            sets.append(x)
            pyramids.append(laplacian(x))
        shapes = [level.shape[2:] for level in pyramids[0]]
        places = np.array([[[[[c.random.randint(0, lh - side + 1), c.random.randint(0, lw - side + 1)] for _ in range(patches)]
                              for _ in range(n)] for lh, lw in shapes] for _ in range(2)])
        c.ids("in.places", places)
        u = c.given("in.directions", c.random.normal(0, 1, (directions, ch * side * side))).double().numpy()
        u = u / np.linalg.norm(u, axis=1, keepdims=True)
        distances = []
        for level in range(len(shapes)):
            a, b = (np.sort(normalised(cut(pyramids[s][level], places[s, level], side)) @ u.T, axis=0) for s in range(2))
            distances.append(1000 * np.abs(a - b).mean())
        c.note(patches=patches)
        c.out("out.sizes", shapes)
        c.out("out.distances", distances)


def resized(new):
    """Planes resized by Pillow's BILINEAR, which is a triangle as wide as two pixels
    of the coarser size."""
    f = new("measure/testdata/resize.safetensors")
    for name, (h, w), (to_h, to_w) in (
        ("shrink", (24, 24), (9, 9)), ("grow", (5, 5), (12, 12)), ("both", (7, 20), (16, 6)), ("half", (12, 12), (6, 6)), ("one", (1, 3), (4, 4))):
        c = f.case(name)
        x = c.uniform("in.x", (2, h, w)).double().numpy()
        out = [Image.fromarray(p.astype(np.float32)).resize((to_w, to_h), Image.BILINEAR) for p in x]
        c.out("out.y", np.stack([np.asarray(p) for p in out]))


def build(new):
    for part in (vectors, pictures, resized):
        part(new)

"""Linear models in closed form or by Newton's method: what fits a table without
a network. Everything is NumPy's, in float64 whatever the working precision."""

import numpy as np

STEPS = 50


def design(c, n, d, levels=0):
    """Rows of d numbers and the indicators of one of a few levels."""
    x = c.random.normal(0, 1, (n, d))
    if levels:
        x = np.concatenate([x, np.eye(levels)[c.random.randint(0, levels, n)]], axis=1)
    return c.given("in.x", x).double().numpy()


def centre(x, y):
    return x - x.mean(0), y - y.mean()


def ridge(x, y, lam):
    xc, yc = centre(x, y)
    if lam == 0:
        w = np.linalg.lstsq(xc, yc, rcond=None)[0]
    else:
        w = np.linalg.solve(xc.T @ xc + lam * np.eye(x.shape[1]), xc.T @ yc)
    return w, y.mean() - x.mean(0) @ w


def gcv(x, y, lam):
    """By singular values, with the mean as one more parameter."""
    xc, yc = centre(x, y)
    u, s, _ = np.linalg.svd(xc, full_matrices=False)
    shrink = s**2 / (s**2 + lam)
    fitted = u @ (shrink * (u.T @ yc))
    free = len(y) - 1 - shrink.sum()
    return len(y) * ((yc - fitted) ** 2).sum() / free**2


def least_squares(new):
    f = new("internal/linear/testdata/ridge.safetensors")
    for name, n, d, levels, lam, noise in (
        ("ols", 40, 4, 0, 0, 0.3),
        ("ridge", 40, 4, 0, 0.7, 0.3),
        ("ridge_levels", 60, 3, 4, 1e-3, 0.3),
        ("ridge_wide", 8, 12, 0, 0.5, 0.3),
        ("gcv_clean", 80, 4, 3, None, 0.01),
        ("gcv_noisy", 30, 12, 0, None, 6)):
        c = f.case(name)
        x = design(c, n, d, levels)
        y = x @ c.random.normal(0, 1, x.shape[1]) + 3 + noise * c.random.normal(0, 1, n)
        y = c.given("in.y", y).double().numpy()
        if lam is None:
            grid = [n * 10.0**-k for k in range(7)]
            scores = [gcv(x, y, lam) for lam in grid]
            c.out("out.scores", scores)
            lam = grid[int(np.argmin(scores))]
            c.out("out.lambda", lam)
        else:
            c.note(**{"lambda": lam})
        w, b = ridge(x, y, lam)
        c.out("out.weights", w)
        c.out("out.bias", b)
        c.note(formula="Σ (y − w·x − b)² + λ·‖w‖²")


def probabilities(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def newton(x, labels, classes, lam):
    """The full Hessian; the biases get a penalty of nearly nothing, which only
    fixes their mean at zero."""
    n, d = x.shape
    x1 = np.concatenate([x, np.ones((n, 1))], axis=1)
    penalty = np.array([lam] * d + [1e-9])
    w = np.zeros((classes, d + 1))
    for _ in range(STEPS):
        p = probabilities(x1 @ w.T)
        g = (p - np.eye(classes)[labels]).T @ x1 + penalty * w
        h = np.zeros((classes, d + 1, classes, d + 1))
        for a in range(classes):
            for b in range(classes):
                h[a, :, b, :] = (x1 * (p[:, a] * ((a == b) - p[:, b]))[:, None]).T @ x1
            h[a, :, a, :] += np.diag(penalty)
        size = classes * (d + 1)
        w = w - np.linalg.solve(h.reshape(size, size), g.reshape(size)).reshape(w.shape)
    assert np.abs(g).max() < 1e-8, np.abs(g).max()
    return w[:, :d], w[:, d] - w[:, d].mean()


def softmax(new):
    f = new("internal/linear/testdata/softmax.safetensors")
    for name, n, d, levels, classes, lam, spread in (
        ("two_classes", 50, 3, 0, 2, 1.0, 1.0),
        ("three_classes", 90, 4, 3, 3, 1.0, 1.0),
        ("told_apart", 60, 3, 0, 3, 1.0, 20.0),
        ("small_penalty", 60, 3, 0, 3, 0.01, 3.0)):
        c = f.case(name)
        x = design(c, n, d, levels)
        z = x @ c.random.normal(0, 1, (x.shape[1], classes)) * spread
        z += c.random.gumbel(0, 1, z.shape)
        labels = z.argmax(1)
        c.ids("in.labels", labels)
        w, b = newton(x, labels, classes, lam)
        c.out("out.weights", w)
        c.out("out.bias", b)
        c.note(classes=classes, formula="−Σ ln p(label) + ½·λ·‖W‖²", **{"lambda": lam})


def build(new):
    least_squares(new)
    softmax(new)

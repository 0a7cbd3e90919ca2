"""Losses: value and gradient for the prediction."""

import numpy as np
import torch
import torch.nn.functional as F


def measure(c, f, prediction, *rest, **notes):
    loss = f(prediction, *rest)
    if loss.dim():  # not reduced
        loss.backward(c.uniform("up.loss", tuple(loss.shape)))
    else:
        loss.backward()
    c.out("out.loss", loss)
    c.out("grad.input", prediction.grad)
    c.note(**notes)


def regression(new):
    f = new("loss/testdata/regression.safetensors")
    losses = {
        "mse_mean": (lambda a, b: F.mse_loss(a, b), dict(reduction="mean")),
        "mse_sum": (lambda a, b: F.mse_loss(a, b, reduction="sum"), dict(reduction="sum")),
        "half_squared_error": (lambda a, b: 0.5 * ((a - b) ** 2).sum(), dict(formula="½ Σ (y−ŷ)² over every element")),
        "half_squared_error_batch_mean": (lambda a, b: 0.5 * ((a - b) ** 2).sum() / a.shape[0], dict(formula="½ Σ (y−ŷ)² / rows")),
        "l1_mean": (lambda a, b: F.l1_loss(a, b), dict(reduction="mean")),
        "l1_sum": (lambda a, b: F.l1_loss(a, b, reduction="sum"), dict(reduction="sum")),
        "smooth_l1_beta1": (lambda a, b: F.smooth_l1_loss(a, b), dict(beta=1, reduction="mean")),
        "smooth_l1_beta_half": (lambda a, b: F.smooth_l1_loss(a, b, beta=0.5), dict(beta=0.5, reduction="mean")),
        "huber_delta1": (lambda a, b: F.huber_loss(a, b), dict(delta=1, reduction="mean")),
        "huber_delta_0.7_sum": (lambda a, b: F.huber_loss(a, b, delta=0.7, reduction="sum"), dict(delta=0.7, reduction="sum")),
    }
    for name, (fn, notes) in losses.items():
        c = f.case(name)
        x = c.uniform("in.input", (4, 5), -2, 2, grad=True)
        measure(c, fn, x, c.uniform("in.target", (4, 5), -2, 2), **notes)


def probabilities(c, name, shape, grad=False):
    p = c.random.uniform(0.05, 1, shape)
    return c.given(name, p / p.sum(-1, keepdims=True), grad)


def cross_entropy(new):
    f = new("loss/testdata/crossentropy.safetensors")
    for name, scale, formula in (("probs_sum", 1, "−Σ y·log ŷ over every element"), ("probs_batch_mean", 4, "−Σ y·log ŷ / rows")):
        c = f.case(name)
        p = probabilities(c, "in.input", (4, 5), grad=True)
        measure(c, lambda a, b: -(b * a.log()).sum() / scale, p, probabilities(c, "in.target", (4, 5)), formula=formula)
    plain = dict(reduction="mean", label_smoothing=0.0, ignore_index=-100)
    ignored = [1, -100, 4, 0, -100, 2]
    for name, ids, kw in (
        ("mean", None, {}), ("sum", None, dict(reduction="sum")), ("none", None, dict(reduction="none")),
        ("smoothing", None, dict(label_smoothing=0.1)), ("smoothing_sum", None, dict(label_smoothing=0.3, reduction="sum")),
        ("ignore", ignored, {}), ("ignore_sum", ignored, dict(reduction="sum")), ("ignore_zero", None, dict(ignore_index=0)),
        ("ignore_smoothing", ignored, dict(label_smoothing=0.1)), ("large_logits", None, {})):
        c = f.case("logits_" + name)
        kw = {**plain, **kw}
        scale = 200 if name == "large_logits" else 3
        x = c.uniform("in.input", (6, 5), -scale, scale, grad=True)
        target = c.ids("in.target", [3, 0, 4, 4, 1, 2] if ids is None else ids)
        measure(c, lambda a, b: F.cross_entropy(a, b, **kw), x, target, **kw)
    c = f.case("logits_3d")
    x = c.uniform("in.input", (2, 3, 5), -3, 3, grad=True)
    target = c.ids("in.target", [[0, 4, 1], [2, 2, 3]])
    measure(c, lambda a, b: F.cross_entropy(a.reshape(-1, 5), b.reshape(-1)), x, target, **plain)
    c = f.case("nll_mean")
    x = c.uniform("in.input", (6, 5), -3, -0.1, grad=True)
    measure(c, F.nll_loss, x, c.ids("in.target", [3, 0, 4, 4, 1, 2]), reduction="mean")


def binary(new):
    f = new("loss/testdata/binary.safetensors")
    for name, kw in (("mean", {}), ("sum", dict(reduction="sum"))):
        c = f.case("bce_" + name)
        x = c.uniform("in.input", (4, 3), 0.02, 0.98, grad=True)
        measure(c, lambda a, b: F.binary_cross_entropy(a, b, **kw), x, c.uniform("in.target", (4, 3), 0, 1), reduction=name)
    c = f.case("bce_clamped")
    x = c.given("in.input", [0, 0, 1, 1, 0.5], grad=True)
    target = c.given("in.target", [0, 1, 0, 1, 1])
    measure(c, F.binary_cross_entropy, x, target, reduction="mean", log_floor=-100, denominator_floor=1e-12)
    for name, kw in (("mean", {}), ("sum", dict(reduction="sum"))):
        c = f.case("logits_" + name)
        x = c.uniform("in.input", (4, 3), -5, 5, grad=True)
        measure(c, lambda a, b: F.binary_cross_entropy_with_logits(a, b, **kw), x, c.uniform("in.target", (4, 3), 0, 1), reduction=name)
    c = f.case("logits_extreme")
    x = c.given("in.input", [-200, -40, 0, 40, 200, 200, -200], grad=True)
    measure(c, F.binary_cross_entropy_with_logits, x, c.given("in.target", [0, 0, 1, 1, 1, 0, 1]), reduction="mean")
    c = f.case("logits_pos_weight")
    x = c.uniform("in.input", (4, 3), -5, 5, grad=True)
    target = c.uniform("in.target", (4, 3), 0, 1)
    weight = c.given("in.pos_weight", [0.5, 1, 3])
    measure(c, lambda a, b: F.binary_cross_entropy_with_logits(a, b, pos_weight=weight), x, target, reduction="mean")


def kl(new):
    f = new("loss/testdata/kl.safetensors")
    for reduction in ("batchmean", "mean", "sum"):
        for log_target in (False, True):
            c = f.case(reduction + ("_log_target" if log_target else ""))
            p = np.log(c.random.dirichlet(np.ones(5), 4))
            x = c.given("in.input", p, grad=True)
            if log_target:
                target = c.given("in.target", np.log(c.random.dirichlet(np.ones(5), 4)))
            else:
                q = c.random.dirichlet(np.ones(5), 4)
                q[0, 0] = 0  # 0·log 0 is 0
                target = c.given("in.target", q)
            measure(c, lambda a, b: F.kl_div(a, b, reduction=reduction, log_target=log_target), x, target,
                    reduction=reduction, log_target=log_target)


def build(new):
    for part in (regression, cross_entropy, binary, kl):
        part(new)

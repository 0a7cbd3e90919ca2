"""Optimisers, gradient clipping and learning-rate schedules."""

import math

import torch
from torch import optim
from torch.optim import lr_scheduler

STEPS = 10
SAVED = (1, 2, 10)  # steps whose parameters and state are kept

OPTIMISERS = {
    "sgd": ("SGD", dict(lr=0.1)),
    "sgd_momentum": ("SGD", dict(lr=0.1, momentum=0.9)),
    "sgd_dampening": ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3)),
    "sgd_nesterov": ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True)),
    "sgd_weight_decay": ("SGD", dict(lr=0.1, weight_decay=0.05)),
    "sgd_nesterov_weight_decay": ("SGD", dict(lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)),
    "adam": ("Adam", dict(lr=1e-3)),
    "adam_betas": ("Adam", dict(lr=0.01, betas=(0.5, 0.9))),
    "adam_eps": ("Adam", dict(lr=0.01, eps=0.1)),
    "adam_weight_decay": ("Adam", dict(lr=0.01, weight_decay=0.1)),
    "adamw": ("AdamW", dict(lr=1e-3)),
    "adamw_weight_decay": ("AdamW", dict(lr=0.01, betas=(0.8, 0.95), weight_decay=0.3)),
    "rmsprop": ("RMSprop", dict(lr=0.01)),
    "rmsprop_alpha": ("RMSprop", dict(lr=0.01, alpha=0.8, eps=1e-3)),
    "rmsprop_momentum": ("RMSprop", dict(lr=0.01, momentum=0.9)),
    "rmsprop_centered": ("RMSprop", dict(lr=0.01, centered=True)),
    "rmsprop_weight_decay": ("RMSprop", dict(lr=0.01, weight_decay=0.1)),
    "rmsprop_all": ("RMSprop", dict(lr=0.01, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.1)),
}
KEPT = ("lr", "momentum", "dampening", "nesterov", "weight_decay", "betas", "eps", "alpha", "centered")


def describe(c, kind, o):
    c.note(optimizer=kind, **{k: v for k, v in o.param_groups[0].items() if k in KEPT})


def given_gradients(new):
    """Two parameters and ten gradients for each, drawn beforehand."""
    f = new("optim/testdata/steps.safetensors")
    for name, (kind, kw) in OPTIMISERS.items():
        c = f.case(name)
        params = {"w": c.uniform("param.w", (3, 2), grad=True), "b": c.uniform("param.b", (4,), grad=True)}
        grads = {k: c.uniform(f"in.grads.{k}", (STEPS, *p.shape)) for k, p in params.items()}
        o = getattr(optim, kind)(params.values(), **kw)
        describe(c, kind, o)
        for step in range(1, STEPS + 1):
            for k, p in params.items():
                p.grad = grads[k][step - 1].clone()
            o.step()
            if step in SAVED:
                for k, p in params.items():
                    c.out(f"after{step}.{k}", p)
                    for key, value in o.state[p].items():
                        if isinstance(value, torch.Tensor) and key != "step":
                            c.out(f"state{step}.{key}.{k}", value)


def functions(new):
    """Ten steps down a quadratic bowl and Rosenbrock's valley, and every point on the way."""
    f = new("optim/testdata/descent.safetensors")
    for name, (kind, kw) in OPTIMISERS.items():
        for shape in ("quadratic", "rosenbrock"):
            c = f.case(f"{name}_{shape}")
            if shape == "quadratic":
                x = c.uniform("param.x", (5,), -2, 2, grad=True)
                a, b = c.uniform("in.a", (5,), 0.5, 2), c.uniform("in.b", (5,))
                c.note(formula="½ Σ a·(x−b)²")
                loss = lambda: 0.5 * (a * (x - b) ** 2).sum()
            else:
                x = c.given("param.x", [-0.5, 0.75], grad=True)
                c.note(formula="(1−x₀)² + 100·(x₁−x₀²)²")
                loss = lambda: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
                if kind == "SGD":
                    kw = {**kw, "lr": 5e-4}  # 0.1 diverges here
            o = getattr(optim, kind)([x], **kw)
            describe(c, kind, o)
            points, losses = [], []
            for _ in range(STEPS):
                o.zero_grad()
                y = loss()
                y.backward()
                o.step()
                losses.append(y.item())
                points.append(x.detach().clone())
            c.out("out.losses", losses)
            c.out("out.points", torch.stack(points))


def clipping(new):
    f = new("optim/testdata/clip.safetensors")
    for name, limit, scale in (("norm_over", 0.5, 1), ("norm_under", 100, 1), ("norm_tiny", 1, 1e-4), ("norm_large", 1, 1e4), ("norm_zero", 1, 0)):
        c = f.case(name)
        ps = clip_inputs(c, scale)
        total = torch.nn.utils.clip_grad_norm_(ps.values(), limit)
        c.note(max_norm=limit, formula="g · min(1, max_norm / (‖g‖₂ + 1e-6)), one norm over all")
        c.out("out.total_norm", total)
        for k, p in ps.items():
            c.out(f"out.{k}", p.grad)
    c = f.case("value")
    ps = clip_inputs(c, 1)
    torch.nn.utils.clip_grad_value_(ps.values(), 0.4)
    c.note(clip_value=0.4)
    for k, p in ps.items():
        c.out(f"out.{k}", p.grad)


def clip_inputs(c, scale):
    ps = {}
    for k, shape in (("w", (3, 4)), ("b", (5,))):
        ps[k] = torch.zeros(shape, requires_grad=True)
        ps[k].grad = c.uniform(f"in.{k}", shape, -scale, scale).clone()
    return ps


def rates(c, make, steps, lr, metrics=None):
    """out.rates[i] is the rate of update i, counted from 0."""
    o = optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    s = make(o)
    list_ = []
    for i in range(steps):
        list_.append(o.param_groups[0]["lr"])
        o.step()
        if metrics is None:
            s.step()
        else:
            s.step(metrics[i])
    c.out("out.rates", list_)
    return list_


def schedules(new):
    f = new("optim/testdata/schedules.safetensors")
    c = f.case("constant")
    c.note(lr=0.1)
    rates(c, lambda o: lr_scheduler.LambdaLR(o, lambda i: 1), 5, 0.1)
    c = f.case("step")
    c.note(lr=0.1, step_size=3, gamma=0.5)
    rates(c, lambda o: lr_scheduler.StepLR(o, 3, 0.5), 14, 0.1)
    c = f.case("cosine")
    c.note(lr=0.1, total=12, min=0.01, formula="min + ½(lr−min)(1+cos(π·i/total)), i = 0…total, then min")
    rates(c, lambda o: lr_scheduler.CosineAnnealingLR(o, 12, 0.01), 13, 0.1)

    for start in (0.0, 0.1):
        name = "warmup_cosine" if start == 0 else "warmup_cosine_start"
        c = f.case(name)
        warmup, total, lr, low = 4, 16, 0.1, 0.01
        c.note(lr=lr, warmup=warmup, total=total, min=low, start_factor=start,
               formula="i < warmup: lr·(start+(1−start)·i/warmup); else min + ½(lr−min)(1+cos(π·(i−warmup)/(total−warmup))), then min")
        got = []
        for i in range(total + 3):
            if i < warmup:
                got.append(lr * (start + (1 - start) * i / warmup))
            else:
                t = min(1, (i - warmup) / (total - warmup))
                got.append(low + 0.5 * (lr - low) * (1 + math.cos(math.pi * t)))
        c.out("out.rates", got)
        if start:  # PyTorch has no start of 0
            o = optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
            both = [lr_scheduler.LinearLR(o, start, total_iters=warmup), lr_scheduler.CosineAnnealingLR(o, total - warmup, low)]
            s = lr_scheduler.SequentialLR(o, both, [warmup])
            for i in range(total + 1):
                assert abs(o.param_groups[0]["lr"] - got[i]) < 1e-12, (i, o.param_groups[0]["lr"], got[i])
                o.step()
                s.step()
    c = f.case("warmup_cosine_from_one")
    c.note(lr=0.1, warmup=4, total=16, min=0.01, formula="i < warmup: lr·(i+1)/(warmup+1); else as warmup_cosine")
    c.out("out.rates", [0.1 * (i + 1) / 5 if i < 4 else 0.01 + 0.045 * (1 + math.cos(math.pi * min(1, (i - 4) / 12))) for i in range(19)])

    for name, kw in (("one_cycle", {}), ("one_cycle_linear", dict(anneal_strategy="linear", pct_start=0.25, div_factor=10, final_div_factor=100)),
                     ("one_cycle_three_phase", dict(three_phase=True))):
        c = f.case(name)
        kw = {**dict(max_lr=0.1, total_steps=20, pct_start=0.3, anneal_strategy="cos", div_factor=25.0, final_div_factor=1e4, three_phase=False), **kw}
        c.note(**kw)
        rates(c, lambda o: lr_scheduler.OneCycleLR(o, cycle_momentum=False, **kw), 20, 0.004)

    falling = [1.0, 0.8, 0.79, 0.795, 0.81, 0.8, 0.5, 0.499, 0.498, 0.497, 0.496, 0.495, 0.494, 0.493, 0.3, 0.31, 0.32, 0.33, 0.34, 0.35, 0.36, 0.37]
    for name, kw, metrics in (
        ("plateau", {}, falling), ("plateau_cooldown", dict(cooldown=2), falling), ("plateau_abs", dict(threshold_mode="abs", threshold=0.02), falling),
        ("plateau_max", dict(mode="max"), [1 - m for m in falling]), ("plateau_min_lr", dict(min_lr=0.03, factor=0.1), falling)):
        c = f.case(name)
        kw = {**dict(mode="min", factor=0.5, patience=2, threshold=1e-2, threshold_mode="rel", cooldown=0, min_lr=0.0, eps=1e-8), **kw}
        c.note(lr=0.1, **kw)
        values = c.given("in.metrics", metrics).double().tolist()
        rates(c, lambda o: lr_scheduler.ReduceLROnPlateau(o, **kw), len(metrics), 0.1, values)


def build(new):
    for part in (given_gradients, functions, clipping, schedules):
        part(new)

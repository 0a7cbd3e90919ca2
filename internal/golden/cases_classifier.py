"""The residual classifier: activations, logits, gradients, ten steps of AdamW.

Gradients and what is after are those of one case: names take most of the file.
out.* but the losses belong to the batch and the initial weights and statistics,
in evaluation; grad.* to the first step, but grad.x, in evaluation, to Σ up·features;
after.* are parameters and buffers after ten updates. Large ones are kept as a few
sums, see digest in cases_gans.
"""

import torch
import torch.nn.functional as F
from torch import nn, optim

from cases_gans import digest

STEPS = 10


class Block(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(i), nn.Conv2d(i, o, 3, stride, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(o), nn.Conv2d(o, o, 3, 1, 1, bias=False)
        if i != o or stride > 1:
            self.short = nn.Conv2d(i, o, 1, stride, bias=False)

    def forward(self, x):
        a = F.relu(self.norm1(x))
        short = self.short(a) if hasattr(self, "short") else x
        return short + self.conv2(F.relu(self.norm2(self.conv1(a))))


class Classifier(nn.Module):
    def __init__(self, size, channels, width, blocks, classes):
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, 2 if size >= 48 else 1, 1, bias=False)
        size = (size + 1) // 2 if size >= 48 else size
        list, i, stage = [], width, 0
        while True:
            o = width * 2 ** min(stage, 2)
            for b in range(blocks):
                list.append(Block(i, o, 2 if stage > 0 and b == 0 else 1))
                i = o
            if size <= 7:
                break
            size, stage = (size + 1) // 2, stage + 1
        self.blocks, self.norm, self.head = nn.ModuleList(list), nn.BatchNorm2d(i), nn.Linear(i, classes)

    def places(self, x):
        out = dict(stem=self.stem(x))
        x = out["stem"]
        for i, b in enumerate(self.blocks):
            x = out[f"blocks.{i}"] = b(x)
        out["features"] = F.relu(self.norm(x)).mean((2, 3))
        return out

    def forward(self, x):
        return self.head(self.places(x)["features"])


def build(new):
    f = new("models/testdata/classifier.safetensors")
    for name, size, channels, width, blocks, classes, batch, smoothing in (
        ("odd", 9, 3, 2, 2, 3, 3, 0.1), ("strided", 48, 1, 2, 1, 2, 1, 0)):
        c = f.case(name)
        m = Classifier(size, channels, width, blocks, classes)
        for n, p in m.named_parameters():
            if p.dim() > 1:
                bound = (3 / (p.numel() / p.shape[0])) ** 0.5
                p.data = c.uniform(f"param.{n}", tuple(p.shape), -bound, bound).data
            else:
                p.data = c.uniform(f"param.{n}", tuple(p.shape), 0.5, 1.5).data
        lr, decay = 0.01, 0.1
        c.note(size=size, channels=channels, width=width, blocks=blocks, classes=classes, label_smoothing=smoothing, lr=lr, weight_decay=decay,
               optimizer="AdamW, vectors do not decay", places=list(m.places(torch.zeros(1, channels, size, size))))
        x = c.uniform("in.x", (batch, channels, size, size), grad=True)
        labels = c.ids("in.labels", c.random.randint(0, classes, batch))
        for n, b in m.named_buffers():
            if n.endswith("running_mean"):
                b.data = c.uniform(f"buffer.{n}", tuple(b.shape), -0.5, 0.5).data
            elif n.endswith("running_var"):
                b.data = c.uniform(f"buffer.{n}", tuple(b.shape), 0.5, 1.5).data
            else:
                b.zero_()
        m.eval()
        places = m.places(x)
        for n, y in places.items():
            c.out(f"out.{n}", digest(y))
        c.out("out.logits", m(x))
        up = c.uniform("up.features", tuple(places["features"].shape))
        c.out("grad.x", digest(torch.autograd.grad((places["features"] * up).sum(), x)[0]))
        m.train()
        o = optim.AdamW([dict(params=[p for p in m.parameters() if p.dim() > 1]),
                         dict(params=[p for p in m.parameters() if p.dim() < 2], weight_decay=0)], lr=lr, weight_decay=decay)
        losses = []
        for i in range(STEPS):
            o.zero_grad()
            l = F.cross_entropy(m((-1) ** i * x.detach()), labels, label_smoothing=smoothing)
            l.backward()
            if i == 0 and name == "odd":
                for n, p in m.named_parameters():
                    c.out(f"grad.{n}", digest(p.grad))
            o.step()
            losses.append(l.item())
        c.out("out.losses", losses)
        if name == "strided":  # which is about the shapes
            continue
        for n, p in list(m.named_parameters()) + list(m.named_buffers()):
            c.out(f"after.{n}", digest(p))

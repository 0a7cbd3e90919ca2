"""Pictures changed by gradients on their pixels: a step of a dream, the loss and the
gradient of a style transfer, on a network of two convolutions."""

import torch
import torch.nn.functional as F
from torch import nn

from cases_layers import load


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 5, 3, 1, 1)

    def forward(self, x):
        a = F.relu(self.conv1(x))
        return a, F.relu(self.conv2(a))


def gram(a):
    n, c, h, w = a.shape
    flat = a.reshape(n, c, h * w)
    return flat @ flat.transpose(1, 2) / (h * w)


def variation(x):
    return (x[..., 1:] - x[..., :-1]).square().mean() + (x[..., 1:, :] - x[..., :-1, :]).square().mean()


def relative(a, b):
    return (a - b).square().sum() / b.square().sum()


def colours(x):
    return gram(torch.cat([x, torch.ones_like(x[:, :1])], 1))


def build(new):
    f = new("paint/testdata/paint.safetensors")

    c = f.case("dream")
    net = Net()
    load(c, net)
    x = c.uniform("in.x", (1, 3, 9, 8), grad=True)
    rate = 0.3
    c.note(rate=rate)
    sum(a.square().mean().log() for a in net(x)).backward()
    c.out("out.after", (x + rate * x.grad / x.grad.abs().mean()).clamp(-1, 1))

    c = f.case("style")
    net = Net()
    load(c, net)
    picture, style = c.uniform("in.picture", (1, 3, 9, 8)), c.uniform("in.style", (1, 3, 7, 10), -0.5, 1)
    x = c.uniform("in.x", (1, 3, 9, 8), grad=True)
    weight, smooth = 7.0, 0.4
    c.note(weight=weight, smooth=smooth)
    with torch.no_grad():
        p, s = net(picture)[1], [gram(a) for a in net(style)]
    a = net(x)
    styles = [relative(colours(x), colours(style))] + [relative(gram(v), g) for v, g in zip(a, s)]
    loss = relative(a[1], p) + weight * sum(styles) / 3 + smooth * variation(x)
    loss.backward()
    c.out("out.loss", loss)
    c.out("grad.x", x.grad)

    c = f.case("losses")
    x = c.uniform("in.x", (2, 3, 4, 5), grad=True)
    up = c.uniform("up.gram", (2, 3, 3))
    c.out("out.gram", gram(x))
    c.out("out.variation", variation(x))
    ((gram(x) * up).sum() + variation(x)).backward()
    c.out("grad.x", x.grad)

"""The peer: PyTorch doing the rows of the benchmark, one JSON line at a time.

Requests come on stdin, replies go to stdout:

    {"do": "info"}                                -> {"versions": {"PyTorch": "2.15.0", ...}}
    {"do": "setup", "row": NAME, "threads": N}    -> {"base_mb": resident memory before the model}
    {"do": "run", "steps": N}                     -> {"ms": [time of each of N steps]}
    {"do": "peak"}                                -> {"peak_mb": largest resident memory so far}

A failed request gets {"error": TEXT}. The end of stdin ends the program.

PyTorch is used as it is fastest: fused optimisers, inference_mode where nothing
trains, and channels_last in every row that has convolutions. torch.compile makes
none of these rows faster.
"""

import json
import os
import re
import sys
import time
import warnings

# What libraries print goes to stderr, so that it does not mix with the replies.
replies = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as e:
    sys.stdin.readline()
    print(json.dumps({"error": "no torch: %s" % e}), file=replies)
    sys.exit(0)

# Batches alternate and inputs are centred. A network would memorise a single
# batch, and inputs of one sign make ReLU units die. In both cases Adam's moments
# would decay to subnormal numbers, which are slow.


def dense(sizes, between, last=None):
    layers = []
    for i in range(len(sizes) - 1):
        if i > 0:
            layers.append(between())
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
    if last is not None:
        layers.append(last())
    return nn.Sequential(*layers)


def mlp_seed():
    net = dense([3, 2, 1], nn.Sigmoid, nn.Sigmoid)
    opt = torch.optim.SGD(net.parameters(), lr=0.1, fused=True)
    x = torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [0, 1, 1]], dtype=torch.float32)
    y = torch.tensor([[1], [0], [0], [1], [0]], dtype=torch.float32)

    def step():
        loss = 0.5 * F.mse_loss(net(x), y, reduction="sum")
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        return loss.item()

    return step


def mlp_mnist():
    net = dense([784, 256, 128, 10], nn.ReLU)
    opt = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    batches = [(torch.rand(64, 784) * 2 - 1, torch.randint(0, 10, (64,))) for _ in range(64)]
    turn = 0

    def step():
        nonlocal turn
        x, y = batches[turn % len(batches)]
        turn += 1
        loss = F.cross_entropy(net(x), y)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        return loss.item()

    return step


def gan(size, n):
    """One update of the discriminator, then one of the generator.

    Nothing is computed that is not used: each backward pass stops at the
    parameters that are updated after it. One pass of the discriminator reads
    real and fake images.
    """
    pixels = 3 * size * size
    g = dense([100, 128, 256, pixels], lambda: nn.LeakyReLU(0.2), nn.Tanh)
    d = dense([pixels, 256, 128, 1], lambda: nn.LeakyReLU(0.2))
    g_params, d_params = list(g.parameters()), list(d.parameters())
    g_opt = torch.optim.Adam(g_params, lr=2e-4, fused=True)
    d_opt = torch.optim.Adam(d_params, lr=2e-4, fused=True)
    batches = [torch.rand(n, pixels) * 2 - 1 for _ in range(4)]
    ones, zeros = torch.ones(n, 1), torch.zeros(n, 1)
    turn = 0

    def step():
        nonlocal turn
        real = batches[turn % len(batches)]
        turn += 1
        fake = g(torch.randn(n, 100))

        scores = d(torch.cat([real, fake.detach()]))
        d_loss = F.binary_cross_entropy_with_logits(scores[:n], ones)
        d_loss = d_loss + F.binary_cross_entropy_with_logits(scores[n:], zeros)
        d_opt.zero_grad(set_to_none=True)
        d_loss.backward(inputs=d_params)
        d_opt.step()

        g_loss = F.binary_cross_entropy_with_logits(d(fake), ones)
        g_opt.zero_grad(set_to_none=True)
        g_loss.backward(inputs=g_params)
        g_opt.step()
        return d_loss.item(), g_loss.item()

    return step


class Block(nn.Module):
    def __init__(self, width, heads, bias):
        super().__init__()
        self.heads = heads
        self.n1, self.n2 = nn.LayerNorm(width, bias=bias), nn.LayerNorm(width, bias=bias)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias), nn.Linear(width, width, bias)
        self.up, self.down = nn.Linear(width, 4 * width, bias), nn.Linear(4 * width, width, bias)

    def forward(self, x, cache=None, at=0):
        b, t, c = x.shape
        q, k, v = (u.view(b, t, self.heads, c // self.heads).transpose(1, 2) for u in self.qkv(self.n1(x)).split(c, 2))
        if cache is not None:
            cache[0][:, :, at:at + t], cache[1][:, :, at:at + t] = k, v
            k, v = cache[0][:, :, :at + t], cache[1][:, :, :at + t]
        a = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1)
        x = x + self.out(a.transpose(1, 2).reshape(b, t, c))
        return x + self.down(F.gelu(self.up(self.n2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, layers, width, heads, vocab, context, bias=True):
        super().__init__()
        self.embed, self.places = nn.Embedding(vocab, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads, bias) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width, bias=bias), nn.Linear(width, vocab, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, x, caches=None, at=0, last=False):
        h = self.embed(x) + self.places(torch.arange(at, at + x.shape[1]))
        for i, b in enumerate(self.blocks):
            h = b(h, caches[i] if caches else None, at)
        return self.head(self.norm(h[:, -1:] if last else h))


def gpt_steps(m, opt, n, t, vocab, clip=None):
    batches = [(torch.randint(0, vocab, (n, t)), torch.randint(0, vocab, (n * t,))) for _ in range(4)]
    params = list(m.parameters())
    turn = 0

    def step():
        nonlocal turn
        x, y = batches[turn % len(batches)]
        turn += 1
        opt.zero_grad(set_to_none=True)
        loss = F.cross_entropy(m(x).view(-1, vocab), y)
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(params, clip)
        opt.step()
        return loss.item()

    return step


def gpt_train(n=8, t=128, vocab=96):
    m = GPT(4, 256, 4, vocab, t)
    return gpt_steps(m, torch.optim.AdamW(m.parameters(), 1e-3, fused=True), n, t, vocab)


def nanogpt_train(n=12, t=64, vocab=65):
    """An iteration of nanoGPT's recipe for a computer without a graphics card."""
    m = GPT(4, 128, 4, vocab, t, bias=False)
    groups = [{"params": [p for p in m.parameters() if p.dim() > 1], "weight_decay": 0.1},
              {"params": [p for p in m.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    return gpt_steps(m, torch.optim.AdamW(groups, 1e-3, (0.9, 0.99), fused=True), n, t, vocab, clip=1.0)


def gpt2_token(after, int8=False):
    m = GPT(12, 768, 12, 50257, 1024).eval()
    if int8:  # as lstm_token; the embedding stays as it is
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            m = torch.ao.quantization.quantize_dynamic(m, {nn.Linear}, dtype=torch.qint8)
    caches = [(torch.zeros(1, 12, 1024, 64), torch.zeros(1, 12, 1024, 64)) for _ in range(12)]
    with torch.inference_mode():
        m(torch.randint(0, 50257, (1, after)), caches, 0, True)
    x, turn = torch.zeros(1, 1, dtype=torch.long), 0

    def step():
        nonlocal x, turn
        with torch.inference_mode():
            x = m(x, caches, after + turn % 32, True)[:, -1].argmax(-1, keepdim=True)
            turn += 1
            return x.item()

    return step


def gpt2_prefill(n=512):
    m = GPT(12, 768, 12, 50257, 1024).eval()
    x = torch.randint(0, 50257, (1, n))

    def step():
        with torch.inference_mode():
            return m(x, last=True)

    return step


def conv_nets(norm):
    """The networks of DCGAN for 64x64, with batch norm, spectral norm or no norm in D."""
    g = []
    channels = [100, 512, 256, 128, 64, 3]
    for i, (c, o) in enumerate(zip(channels, channels[1:])):
        if i > 0:
            g += [nn.BatchNorm2d(c), nn.ReLU(True)]
        g.append(nn.ConvTranspose2d(c, o, 4, *((2, 1) if i > 0 else (1, 0)), bias=False))
    d = []
    channels = [3, 64, 128, 256, 512, 1]
    for i, (c, o) in enumerate(zip(channels, channels[1:])):
        conv = nn.Conv2d(c, o, 4, *((2, 1) if o > 1 else (1, 0)), bias=False)
        d.append(torch.nn.utils.parametrizations.spectral_norm(conv) if norm == "spectral" else conv)
        if o > 1:
            if norm == "batch" and i > 0:
                d.append(nn.BatchNorm2d(o))
            d.append(nn.LeakyReLU(0.2, True))
    g, d = nn.Sequential(*g, nn.Tanh()), nn.Sequential(*d, nn.Flatten(0))
    return g.to(memory_format=torch.channels_last), d.to(memory_format=torch.channels_last)


def conv_batches(n):
    return [(torch.rand(n, 3, 64, 64) * 2 - 1).contiguous(memory_format=torch.channels_last) for _ in range(4)]


def conv_gan(norm, n=32):
    """As gan, but that a batch norm must see real and fake images apart."""
    g, d = conv_nets(norm)
    g_params, d_params = list(g.parameters()), list(d.parameters())
    g_opt = torch.optim.Adam(g_params, 2e-4, (0.5, 0.999), fused=True)
    d_opt = torch.optim.Adam(d_params, 2e-4, (0.5, 0.999), fused=True)
    batches, ones, zeros = conv_batches(n), torch.ones(n), torch.zeros(n)
    turn = 0

    def step():
        nonlocal turn
        real = batches[turn % len(batches)]
        turn += 1
        fake = g(torch.randn(n, 100, 1, 1))

        d_loss = F.binary_cross_entropy_with_logits(d(real), ones)
        d_loss = d_loss + F.binary_cross_entropy_with_logits(d(fake.detach()), zeros)
        d_opt.zero_grad(set_to_none=True)
        d_loss.backward(inputs=d_params)
        d_opt.step()

        g_loss = F.binary_cross_entropy_with_logits(d(fake), ones)
        g_opt.zero_grad(set_to_none=True)
        g_loss.backward(inputs=g_params)
        g_opt.step()
        return d_loss.item(), g_loss.item()

    return step


def critic(n=32):
    """One update of a Wasserstein critic with gradient penalty."""
    g, d = conv_nets("none")
    params = list(d.parameters())
    opt = torch.optim.Adam(params, 1e-4, (0.0, 0.9), fused=True)
    batches = conv_batches(n)
    turn = 0

    def step():
        nonlocal turn
        real = batches[turn % len(batches)]
        turn += 1
        with torch.no_grad():
            fake = g(torch.randn(n, 100, 1, 1))
        e = torch.rand(n, 1, 1, 1)
        x = (e * real + (1 - e) * fake).requires_grad_(True)
        (slope,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
        penalty = ((slope.flatten(1).norm(2, 1) - 1) ** 2).mean()
        scores = d(torch.cat([fake, real]))
        loss = scores[:n].mean() - scores[n:].mean() + 10 * penalty
        opt.zero_grad(set_to_none=True)
        loss.backward(inputs=params)
        opt.step()
        return loss.item()

    return step


def conv_generate(n=16):
    g = conv_nets("none")[0].eval()
    z = torch.rand(n, 100, 1, 1) * 4 - 2

    def step():
        with torch.inference_mode():
            return g(z)

    return step


def convolution(c, side, o, kernel, stride, padding, op, reps, n=32):
    """One operation of a convolution: forward, or the gradient of input or weights."""
    last = torch.channels_last
    x = torch.rand(n, c, side, side).contiguous(memory_format=last)
    w = torch.rand(o, c, kernel, kernel).contiguous(memory_format=last)
    dy = torch.rand_like(F.conv2d(x, w, None, stride, padding))
    mask = [op == "input", op == "weights", False]

    def step():
        with torch.inference_mode():
            for _ in range(reps):
                if op == "forward":
                    F.conv2d(x, w, None, stride, padding)
                else:
                    torch.ops.aten.convolution_backward(
                        dy, x, w, None, [stride] * 2, [padding] * 2, [1, 1], False, [0, 0], 1, mask
                    )

    return step


VOCAB, EMBED, HIDDEN = 10000, 256, 512


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCAB, EMBED)
        self.lstm = nn.LSTM(EMBED, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, VOCAB)

    def forward(self, ids, state=None):
        y, state = self.lstm(self.embed(ids), state)
        return self.fc(y), state


def lstm_train():
    net = Text()
    opt = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    batches = [(torch.randint(0, VOCAB, (32, 32)), torch.randint(0, VOCAB, (32, 32))) for _ in range(4)]
    turn = 0

    def step():
        nonlocal turn
        x, y = batches[turn % len(batches)]
        turn += 1
        logits, _ = net(x)
        loss = F.cross_entropy(logits.view(-1, VOCAB), y.view(-1))
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        return loss.item()

    return step


def lstm_token(int8=False):
    net = Text().eval()
    if int8:  # dynamic quantisation: int8 weights, activations rounded in each call
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it is deprecated, and still the fastest
            net = torch.ao.quantization.quantize_dynamic(net, {nn.LSTM, nn.Linear}, dtype=torch.qint8)
    state = None
    token = torch.tensor([[1]])

    def step():
        nonlocal state, token
        with torch.inference_mode():
            logits, state = net(token, state)
            token = logits[:, -1].argmax(1, keepdim=True)
        return token.item()

    step()  # makes the state
    return step


def build(row):
    if row.startswith("conv,"):
        *sizes, op, reps = row.split(",")[1:]
        return convolution(*map(int, sizes), op, int(reps))
    return ROWS[row]()


ROWS = {
    "mlp-seed": mlp_seed,
    "mlp-mnist": mlp_mnist,
    "gan-64": lambda: gan(64, 32),
    "gan-256": lambda: gan(256, 16),
    "dcgan": lambda: conv_gan("batch"),
    "sngan": lambda: conv_gan("spectral"),
    "wgan-gp": critic,
    "dcgan-generate": conv_generate,
    "lstm-train": lstm_train,
    "lstm-token": lstm_token,
    "lstm-token-int8": lambda: lstm_token(int8=True),
    "gpt-train": gpt_train,
    "nanogpt-train": nanogpt_train,
    "gpt2-token-int8": lambda: gpt2_token(64, int8=True),
    "gpt2-token-64": lambda: gpt2_token(64),
    "gpt2-token-960": lambda: gpt2_token(960),
    "gpt2-prefill": gpt2_prefill,
}


def resident(key):
    """A size in MB from the status of this process, null where there is none."""
    try:
        with open("/proc/self/status") as f:
            for line in f:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def timed(step, steps):
    clock, ms = time.perf_counter, []
    for _ in range(steps):
        start = clock()
        step()
        ms.append((clock() - start) * 1e3)
    return ms


def versions():
    v = {"PyTorch": torch.__version__, "Python": sys.version.split()[0]}
    config = torch.__config__.show()
    for name, pattern in (("MKL", r"Math Kernel Library Version ([\d.]+)"), ("oneDNN", r"MKL-DNN v([\d.]+)")):
        found = re.search(pattern, config)
        if found:
            v[name] = found[1]
    if hasattr(torch.backends, "cpu"):
        v["kernels"] = torch.backends.cpu.get_cpu_capability()
    with open("/proc/self/maps") as f:
        files = {line.split()[-1] for line in f if "/" in line}
    for path in files:
        name, _, version = os.path.basename(path).partition(".so.")
        if name.startswith("libtcmalloc"):
            v[name] = version
    return v


def main():
    step = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            do = request["do"]
            if do == "info":
                reply = {"versions": versions()}
            elif do == "setup":
                torch.set_num_threads(request["threads"])
                torch.manual_seed(1)
                reply = {"base_mb": resident("VmRSS")}
                step = build(request["row"])
            elif do == "run":
                reply = {"ms": timed(step, request["steps"])}
            elif do == "peak":
                reply = {"peak_mb": resident("VmHWM")}
            else:
                reply = {"error": "unknown request %r" % do}
        except Exception as e:  # every failure is reported to the other side
            reply = {"error": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(reply), file=replies)


main()

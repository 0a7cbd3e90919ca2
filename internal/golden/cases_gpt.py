"""GPT-2 and Qwen3 as Hugging Face's transformers has them: logits, all gradients, ten
steps of AdamW. Names and shapes are those of its files. Without transformers the
committed files stay as they are."""

import math

import torch
import torch.nn.functional as F
from torch import optim

from goldenfile import kept

STEPS = 10
VOCAB, CONTEXT, WIDTH, HIDDEN = 9, 8, 6, 10
BATCH, LENGTH = 2, 6

# Case: what Qwen3Config has besides.
QWEN3 = {
    "tied_sliding_window": dict(num_hidden_layers=1, tie_word_embeddings=True, use_sliding_window=True, sliding_window=3, max_window_layers=0, layer_types=["sliding_attention"]),
    "untied": dict(num_hidden_layers=2, tie_word_embeddings=False),
}


def exact(rms, rotary):
    """Qwen3 rounds norms and positions to float32 whatever it computes in. These
    compute the same without."""

    def norm(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))

    def positions(self, x, position_ids):
        dim = self.config.head_dim
        frequencies = 1 / self.config.rope_parameters["rope_theta"] ** (torch.arange(0, dim, 2).double() / dim)
        angle = position_ids[..., None].double() * frequencies
        angle = torch.cat((angle, angle), dim=-1)
        return angle.cos().to(x.dtype), angle.sin().to(x.dtype)

    rms.forward, rotary.forward = norm, positions


def gpt(f, name, m, **notes):
    c = f.case(name)
    m = m.to(c.dtype).train()
    names = []
    for n, p in m.named_parameters():  # tied weights once
        shape = tuple(p.shape)
        centre = 1 if p.dim() == 1 and n.endswith("weight") else 0
        bound = 1 / math.sqrt(shape[-1]) if p.dim() > 1 else 0.3
        p.data = c.uniform("param." + n, shape, centre - bound, centre + bound).data
        names.append(n)
    lr, betas, decay = 0.01, (0.9, 0.95), 0.1
    c.note(vocab=VOCAB, context=CONTEXT, width=WIDTH, hidden=HIDDEN, params=names, optimizer="AdamW", lr=lr, betas=betas, eps=1e-8,
           weight_decay=decay, decays="matrices", loss="cross entropy from logits, mean over batch and time", **notes)
    stream = c.random.randint(0, VOCAB, (STEPS, BATCH, LENGTH + 1))
    x, target = c.ids("in.x", stream[:, :, :-1]), c.ids("in.target", stream[:, :, 1:])
    prompt = c.ids("in.prompt", [3, 1, 7])
    tokens, margin = prompt, math.inf
    with torch.no_grad():
        while len(tokens) < CONTEXT:
            top = m(tokens[None], use_cache=False).logits[0, -1].topk(2)
            margin = min(margin, (top.values[0] - top.values[1]).item())
            tokens = torch.cat((tokens, top.indices[:1]))
    assert margin > 1e-3, f"{name}: greedy choice too close to call: {margin}"
    c.ids("out.greedy", tokens[len(prompt):])
    how = m.config._attn_implementation
    m.set_attn_implementation("eager")  # which tells its weights; Qwen3's rounds them to float32
    with torch.no_grad():
        attended = m(x[0], use_cache=False, output_attentions=True).attentions
    c.out("out.attention", torch.stack(attended))
    m.set_attn_implementation(how)
    o = optim.AdamW([dict(params=[p for p in m.parameters() if p.dim() > 1]),
                     dict(params=[p for p in m.parameters() if p.dim() < 2], weight_decay=0)], lr=lr, betas=betas, weight_decay=decay)
    losses = []
    for i in range(STEPS):
        o.zero_grad()
        logits = m(x[i], use_cache=False).logits
        l = F.cross_entropy(logits.reshape(-1, VOCAB), target[i].reshape(-1))
        l.backward()
        if i == 0:
            c.out("out.logits", logits)
            for n, p in m.named_parameters():
                c.out("grad." + n, p.grad)
        o.step()
        losses.append(l.item())
    c.out("out.losses", losses)
    for n, p in m.named_parameters():
        c.out("after." + n, p)


def build(new):
    paths = "models/testdata/gpt2.safetensors", "models/testdata/qwen3.safetensors"
    try:
        from transformers import GPT2Config, GPT2LMHeadModel, Qwen3Config, Qwen3ForCausalLM
        from transformers.models.qwen3 import modeling_qwen3
    except ImportError:
        for path in paths:
            kept(new, path)
        return
    f = new(paths[0])
    gpt(f, "gpt2", GPT2LMHeadModel(GPT2Config(
        vocab_size=VOCAB, n_positions=CONTEXT, n_embd=WIDTH, n_layer=2, n_head=2, n_inner=HIDDEN,
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=0, eos_token_id=0)),
        style="gpt2", layers=2, heads=2, kv_heads=2, head_dim=3, window=0, tied=True)
    f.in_order()
    before = modeling_qwen3.Qwen3RMSNorm.forward, modeling_qwen3.Qwen3RotaryEmbedding.forward
    exact(modeling_qwen3.Qwen3RMSNorm, modeling_qwen3.Qwen3RotaryEmbedding)
    f = new(paths[1])
    for name, options in QWEN3.items():
        gpt(f, name, Qwen3ForCausalLM(Qwen3Config(
            vocab_size=VOCAB, max_position_embeddings=CONTEXT, hidden_size=WIDTH, intermediate_size=HIDDEN,
            num_attention_heads=2, num_key_value_heads=1, head_dim=4, bos_token_id=0, eos_token_id=0, rms_norm_eps=1e-6,
            rope_parameters=dict(rope_type="default", rope_theta=10000.0), attn_implementation="sdpa", **options)),
            style="qwen3", layers=options["num_hidden_layers"], heads=2, kv_heads=1, head_dim=4, window=options.get("sliding_window", 0),
            tied=options["tie_word_embeddings"])
    f.in_order()
    modeling_qwen3.Qwen3RMSNorm.forward, modeling_qwen3.Qwen3RotaryEmbedding.forward = before

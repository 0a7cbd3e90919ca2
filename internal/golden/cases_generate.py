"""How tokens are chosen, by Hugging Face's transformers: its logits processors in its
own order, and its beam search on a model that is a table. Without transformers the
committed file stays as it is."""

import numpy as np
import torch

from goldenfile import kept

PATH = "generate/testdata/generate.safetensors"

# What sampling is done with: case, arguments of GenerationConfig.
SAMPLING = {
    "all": {},
    "bias": dict(sequence_bias={(3,): 2.5, (11,): -1.25, (20,): -1e9}),
    "everything": dict(sequence_bias={(3,): 2.5}, repetition_penalty=1.3, temperature=0.7, top_k=20, top_p=0.9, min_p=0.05),
    "greedy_beside_ties": dict(top_k=5, ties=True),
    "hot": dict(temperature=2.5, top_p=0.8),
    "min_p": dict(min_p=0.1),
    "min_p_and_heat": dict(min_p=0.2, temperature=3.0),
    "repetition": dict(repetition_penalty=1.2),
    "repetition_below_1": dict(repetition_penalty=0.8, top_k=7),
    "temperature": dict(temperature=0.6),
    "top_k": dict(top_k=6),
    "top_k_1": dict(top_k=1),
    "top_k_and_p": dict(top_k=12, top_p=0.7),
    "top_p": dict(top_p=0.85),
    "top_p_and_min_p": dict(top_p=0.6, min_p=0.3),
    "top_p_tiny": dict(top_p=1e-6),
}

# Beam searches: width, length penalty, early stopping, tokens, end tokens, repetition
# penalty.
BEAMS = [
    (2, 0.0, False, 8, [], 1.0),
    (3, 0.0, False, 8, [4], 1.0),
    (3, 1.0, False, 8, [4], 1.0),
    (3, 1.0, True, 8, [4], 1.0),
    (3, 1.0, "never", 8, [4], 1.0),
    (4, 2.0, False, 12, [4, 9], 1.0),
    (4, 2.0, "never", 12, [4, 9], 1.0),
    (4, -1.0, False, 12, [4, 9], 1.0),
    (4, -1.0, "never", 12, [4], 1.0),
    (5, 0.5, True, 12, [2], 1.0),
    (2, 1.0, False, 1, [4], 1.0),
    (4, 1.0, False, 10, [4], 1.5),
    (6, 0.7, "never", 10, [0, 1], 1.1),
]

TABLE = 10  # tokens of the table


def build(new):
    try:
        from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
        from transformers.modeling_outputs import CausalLMOutput
    except ImportError:
        return kept(new, PATH)

    class Table(PreTrainedModel, GenerationMixin):
        """The logits of a token are a function of the two before it."""

        config_class = PretrainedConfig
        main_input_name = "input_ids"

        def __init__(self, config, table):
            super().__init__(config)
            self.table = torch.nn.Parameter(table, requires_grad=False)

        def forward(self, input_ids, **_):
            before = torch.cat((input_ids[:, :1], input_ids), dim=1)
            return CausalLMOutput(logits=self.table[before[:, :-1], input_ids])

        def prepare_inputs_for_generation(self, input_ids, **_):
            return {"input_ids": input_ids}

    f = new(PATH)
    beams = f.case("beams")
    table = beams.given("in.table", beams.random.normal(0, 1.5, (TABLE, TABLE, TABLE)))
    prompt = beams.ids("in.prompt", [5, 1, 7])
    model = Table(PretrainedConfig(vocab_size=TABLE), table)
    for i, (width, penalty, early, n, ends, repetition) in enumerate(BEAMS):
        out = model.generate(
            prompt[None],
            GenerationConfig(
                num_beams=width, num_return_sequences=width, length_penalty=penalty, early_stopping=early, max_new_tokens=n,
                eos_token_id=ends or None, pad_token_id=TABLE, repetition_penalty=repetition, do_sample=False, use_cache=False,
                return_dict_in_generate=True, output_scores=True,
            ),
        )
        beams.out(f"out.scores{i:02}", out.sequences_scores)
        beams.out(f"out.tokens{i:02}", out.sequences[:, len(prompt) :])
        beams.note(**{f"search{i:02}": [width, penalty, {False: 0, True: 1, "never": 2}[early], n, repetition] + ends})

    for name, arguments in SAMPLING.items():
        arguments = dict(arguments)
        c = f.case(name)
        logits = c.random.normal(0, 2, 24)
        if arguments.pop("ties", False):
            logits = np.round(logits)
        bias = arguments.get("sequence_bias", {})
        c.ids("in.biased", [k[0] for k in bias])
        c.given("in.biases", list(bias.values()))
        scores = c.given("in.logits", logits)[None].float()  # as transformers does
        text = c.ids("in.text", c.random.randint(0, 24, 8))
        config = GenerationConfig(**{"do_sample": True, "top_k": 0, "top_p": 1.0, "temperature": 1.0, **arguments})
        for processor in model._get_logits_processor(config, input_ids_seq_length=len(text)):
            default = torch.get_default_dtype()
            torch.set_default_dtype(torch.float32)
            scores = processor(text[None], scores)
            torch.set_default_dtype(default)
        c.out("out.probabilities", torch.softmax(scores[0].double(), -1))
        c.note(**{k: v for k, v in arguments.items() if k != "sequence_bias"})
    f.in_order()

"""Makes a tokenizer.json of what comes in other forms, and trains some.

    python prepare.py DOCUMENTS SMOLLM.gguf FOLDER
"""

import os
import sys
import tempfile

import sentencepiece
from compare import read
from gguf import GGUFReader
from tokenizers import Regex, Tokenizer, decoders as D, models as M, normalizers as N, pre_tokenizers as P, trainers


def gpt2(folder):
    t = Tokenizer(M.BPE.from_file(f"{folder}/encoder.json.part", f"{folder}/vocab.bpe.part"))
    t.pre_tokenizer, t.decoder = P.ByteLevel(add_prefix_space=False), D.ByteLevel()
    t.add_special_tokens(["<|endoftext|>"])
    return t


def smollm(path):
    r = GGUFReader(path)
    strings = lambda key: [bytes(r.fields[key].parts[i]).decode() for i in r.fields[key].data]
    tokens, merges = strings("tokenizer.ggml.tokens"), [tuple(m.split(" ")) for m in strings("tokenizer.ggml.merges")]
    types = [int(r.fields["tokenizer.ggml.token_type"].parts[i][0]) for i in r.fields["tokenizer.ggml.token_type"].data]
    t = Tokenizer(M.BPE({s: i for i, s in enumerate(tokens)}, merges))
    t.pre_tokenizer = P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)])
    t.decoder = D.ByteLevel()
    t.add_special_tokens([s for s, kind in zip(tokens, types) if kind == 3])
    return t


def plain_texts(docs):
    """A few thousand documents of scripts with few characters: a unigram vocabulary must hold all of them."""
    return [d for d in docs[:10_000] if 20 < len(d) < 5000 and len(set(d)) > 15 and max(d) < "\u2e80"][:3000]


def unigram(texts):
    t = Tokenizer(M.Unigram())
    t.normalizer = N.Sequence([N.Replace("``", '"'), N.NFKD(), N.StripAccents(), N.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer, t.decoder = P.Metaspace(), D.Metaspace()
    t.train_from_iterator(texts, trainers.UnigramTrainer(vocab_size=8000, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"], show_progress=False))
    return t


def spm(texts):
    """A model of SentencePiece itself, with byte fallback."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/text", "w") as f:
            f.write("\n".join(t.replace("\n", " ") for t in texts))
        sentencepiece.SentencePieceTrainer.train(input=f"{folder}/text", model_prefix=f"{folder}/m", vocab_size=8000, model_type="unigram", byte_fallback=True,
                                                 normalization_rule_name="identity", remove_extra_whitespaces=False, minloglevel=2, character_coverage=0.98)
        sp = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/m.model")
    t = Tokenizer(M.Unigram([(sp.id_to_piece(i), sp.get_score(i)) for i in range(sp.get_piece_size())], unk_id=sp.unk_id(), byte_fallback=True))
    t.pre_tokenizer = P.Metaspace(prepend_scheme="first")
    t.decoder = D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
    t.add_special_tokens(["<unk>", "<s>", "</s>"])
    return t


documents, gguf, folder = sys.argv[1:]
texts = plain_texts(read(documents))
for name, make in {"gpt2": lambda: gpt2(folder), "smollm": lambda: smollm(gguf), "unigram": lambda: unigram(texts), "spm": lambda: spm(texts)}.items():
    if not os.path.exists(f"{folder}/{name}.json"):
        make().save(f"{folder}/{name}.json")

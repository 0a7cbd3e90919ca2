"""Writes ../testdata: small tokenizers, trained here, and what Hugging Face's library makes of texts with them.

    pip install tokenizers==0.23.3
    python goldens.py

NAME.json is a tokenizer, golden.json the results: tokens of some texts, and digests of
the tokens of many, which the test makes in the same way.
"""

import hashlib
import json
import os
import pathlib
import sys

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import AddedToken, Regex, Tokenizer, decoders as D, models as M, normalizers as N, pre_tokenizers as P, processors, trainers

OUT = pathlib.Path(__file__).resolve().parents[1] / "testdata"
sys.path.insert(0, str(OUT.parent / "_compare"))
from compare import TRICKY

CORPUS = """The old painter opened the window and looked at the sea. It's late, she said; we'll paint what we've seen, won't we? I'm sure they're right.
In 1888 he painted 2100 letters, 36 pictures of olive trees and 1234567 stars. Prices: $19.99, 50%, 3.14159; call 555-0199.
Der alte Maler öffnete das Fenster, größer als früher, und schaute auf die Straße. Ein süßer Wein über dem Fluß.
Le vieux peintre à l'école était très âgé; l'été, où il peignait, c'était déjà l'hiver. Cœur, naïve, garçon, Noël.
Старый художник открыл окно и посмотрел на море. Красивая картина висела на стене старого дома.
Ο γέρος ζωγράφος άνοιξε το παράθυρο και κοίταξε τη θάλασσα. Η ζωγραφική είναι ποίηση.
床前明月光,疑是地上霜。舉頭望明月,低頭思故鄉。白日依山盡,黃河入海流。畫家打開窗戶看海。
老画家打开窗户看着大海。春眠不觉晓,处处闻啼鸟。
古い画家は窓を開けて海を見た。絵を描くことは詩を書くことです。カメラとテレビ。
늙은 화가는 창문을 열고 바다를 보았다. 그림은 말없는 시이다.
פתח הצייר הזקן את החלון והביט בים. فتح الرسام العجوز النافذة ونظر إلى البحر.
बूढ़े चित्रकार ने खिड़की खोली और समुद्र को देखा। จิตรกรชราเปิดหน้าต่างและมองดูทะเล
ხანდაზმულმა მხატვარმა ფანჯარა გააღო. Ծեր նկարիչը բացեց պատուհանը։ 👩‍👧 👍🏽 🎨🖼️ 🇩🇪
    def paint(self, n):\n        return [x**2 for x in range(n)]\n\n\n""".split("\n")
CORPUS += [l for l in CORPUS if l.isascii()] * 4

SAMPLES = CORPUS[:14] + [
    "", " ", "  ", "a", " a", "  a  b   c ", "\n\n a\t\tb\r\n\r\nc ", "don't DON'T Don'T we'LL 'sſ it'ſ", "123 1234 12345,6 x1y22z333", "e\u0301 \u00e9 \u212b A\u030a \u1112\u1161\u11ab 한",
    "<|endoftext|>a<|endoftext|> <s>b</s> [CLS] x [MASK]  y", "naïve café ÀÉÎ İstanbul Straße ΣΊΣΥΦΟΣ", "ﬁ ① ½ ² ﷺ カ\u3099 ｶﾞ", "\u00a0\u3000\u2028x\u0085", "a\0b\ufffdc\u00ad\u200bd\x7f\ue000",
    "HelloWorld XMLHttpRequest iPhone15Pro éÉ ʰa ǅx", "a.b,c!d?e;f:(g)[h]{i}<j>\"k\"'l'", "https://example.org/a_b?c=d&e=f#g//h", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "▁x ▁▁y ##z", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "<tag> < tag > word<tag>word", "क्षत्रिय ก็ดี",
]


def random_texts(n):
    """n texts of tricky parts; the test has the same generator."""
    state, texts = 1, []

    def next_(k):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % k

    for _ in range(n):
        texts.append("".join(TRICKY[next_(len(TRICKY))] for _ in range(next_(24))))
    return texts


def digest(lists):
    return hashlib.sha256("\n".join(" ".join(map(str, l)) for l in lists).encode()).hexdigest()


LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
QWEN35 = QWEN2.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]+[\r", r"[^\s\p{L}\p{M}\p{N}]+[\r")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def byte_level(pre, size, normalizer=None, ignore_merges=False):
    t = Tokenizer(M.BPE())
    t.pre_tokenizer, t.decoder = pre, D.ByteLevel()
    if normalizer:
        t.normalizer = normalizer
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"], initial_alphabet=P.ByteLevel.alphabet(), show_progress=False))
    if ignore_merges:
        j = json.loads(t.to_str())
        j["model"]["ignore_merges"] = True
        j["model"]["vocab"][" painter".replace(" ", "Ġ") + "s"] = len(j["model"]["vocab"])  # no merges lead to it
        t = Tokenizer.from_str(json.dumps(j))
    return t


def split(regex):
    return P.Sequence([P.Split(Regex(regex), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])


def tokenizers():
    plain = P.ByteLevel(add_prefix_space=False)
    yield "gpt2", byte_level(plain, 600)
    t = byte_level(split(LLAMA3), 400, ignore_merges=True)
    t.post_processor = processors.TemplateProcessing(single="<|endoftext|> $A", pair="<|endoftext|> $A <|endoftext|> $B", special_tokens=[("<|endoftext|>", 0)])
    yield "llama3", t
    yield "qwen2", byte_level(split(QWEN2), 400, N.NFC())
    t = byte_level(P.Sequence([P.Digits(individual_digits=True), plain]), 350)
    t.add_tokens([AddedToken("<tag>", lstrip=True, rstrip=True, normalized=False), AddedToken("café", single_word=True, normalized=True), AddedToken("we've", normalized=False), AddedToken("we", single_word=True, normalized=False)])
    yield "smollm", t
    yield "o200k", byte_level(split(O200K), 350)
    # Llama 2 and Gemma: characters, and bytes for those that are rare.
    t = Tokenizer(M.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
    t.pre_tokenizer = P.Split("▁", "merged_with_next")
    t.decoder = D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=700, limit_alphabet=150, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)], show_progress=False))
    j = json.loads(t.to_str())
    j["pre_tokenizer"] = None
    j["added_tokens"] = j["added_tokens"][:3]
    t = Tokenizer.from_str(json.dumps(j))
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    yield "llama2", t
    # T5, but for its normalizer.
    t = Tokenizer(M.Unigram())
    t.normalizer = N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " ")])
    t.pre_tokenizer, t.decoder = P.Metaspace(), D.Metaspace()
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=500, unk_token="<unk>", special_tokens=["<unk>", "</s>"], show_progress=False))
    yield "unigram", t
    t = Tokenizer(M.WordPiece(unk_token="[UNK]"))
    t.normalizer, t.pre_tokenizer, t.decoder = N.BertNormalizer(), P.BertPreTokenizer(), D.WordPiece()
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=500, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    yield "bert", t


# Characters, but for most of the ideographs, syllables and planes where one is as the other.
RANGES = [(0, 0x3600), (0x4DA0, 0x4E20), (0x9FF0, 0xAC20), (0xD790, 0xD800), (0xE000, 0xE010), (0xF8F0, 0x1E000), (0x1E000, 0x20010),
          (0x2A6D0, 0x2A710), (0x2B730, 0x2B930), (0x2F7F0, 0x2FA30), (0xE0000, 0xE0200), (0x10FFF0, 0x110000)]
CHARACTERS = [c for a, b in RANGES for c in range(a, b)]


def characters(f):
    """Digest of what f makes of each character, between letters."""
    h = hashlib.sha256()
    for c in CHARACTERS:
        h.update((f("a" + chr(c) + "b" + chr(c)) + "\n").encode())
    return h.hexdigest()


def main():
    OUT.mkdir(exist_ok=True)
    texts = random_texts(2000)
    golden = {"ranges": RANGES, "tricky": TRICKY, "samples": SAMPLES, "tokenizers": {}, "normalizers": {}, "pre_tokenizers": {}}
    for name, t in tokenizers():
        (OUT / f"{name}.json").write_text(json.dumps(json.loads(t.to_str()), ensure_ascii=False, separators=(",", ":")))
        ids = [t.encode(s, add_special_tokens=False).ids for s in SAMPLES]
        golden["tokenizers"][name] = {
            "ids": ids,
            "text": [t.decode(i, skip_special_tokens=False) for i in ids],
            "plain": [t.decode(i, skip_special_tokens=True) for i in ids],
            "surrounded": t.encode("a b").ids,
            "random": digest(t.encode(s, add_special_tokens=False).ids for s in texts),
        }
    for name, n in {"NFC": N.NFC(), "NFD": N.NFD(), "NFKC": N.NFKC(), "NFKD": N.NFKD(), "Lowercase": N.Lowercase(), "StripAccents": N.StripAccents(), "BertNormalizer": N.BertNormalizer(), "BertNormalizerCased": N.BertNormalizer(lowercase=False)}.items():
        golden["normalizers"][name] = {"json": json.loads(n.__getstate__()), "characters": characters(n.normalize_str), "random": hashlib.sha256("\n".join(map(n.normalize_str, texts)).encode()).hexdigest()}
    splits = {k: P.Split(Regex(v), "isolated") for k, v in {"GPT2": GPT2, "Llama3": LLAMA3, "Qwen2": QWEN2, "Qwen3.5": QWEN35, "o200k": O200K}.items()}
    splits |= {"Metaspace": P.Metaspace(), "MetaspaceFirst": P.Metaspace(prepend_scheme="first"), "Digits": P.Digits(), "DigitsIndividual": P.Digits(individual_digits=True), "BertPreTokenizer": P.BertPreTokenizer(),
               "Whitespace": P.Whitespace(), "WhitespaceSplit": P.WhitespaceSplit(), "CharDelimiterSplit": P.CharDelimiterSplit("a"),
               "Sequence": P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="first"), P.Punctuation("contiguous")])}
    for b in "removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous":
        splits[f"Punctuation {b}"] = P.Punctuation(b)
        for invert in False, True:
            splits[f"Split {b} {invert}"] = P.Split(" ", b, invert)
    for name, p in splits.items():
        pieces = lambda s: "|".join(x for x, _ in p.pre_tokenize_str(s))
        golden["pre_tokenizers"][name] = {"json": json.loads(p.__getstate__()), "characters": characters(pieces), "random": hashlib.sha256("\n".join(map(pieces, texts)).encode()).hexdigest()}
    (OUT / "corpus.json").write_text(json.dumps(CORPUS, ensure_ascii=False))
    (OUT / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")))


main()

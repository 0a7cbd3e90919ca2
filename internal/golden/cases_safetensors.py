"""One array of every element type, so that our reader meets a file, and our
rounding meets numbers, that are not our own."""

import numpy as np
import torch


def build(new):
    f = new("format/safetensors/testdata/dtypes.safetensors")
    c = f.case("dtypes")
    c.note(made_by="NumPy and PyTorch", text="名前 “quoted” <&>")
    r = c.random
    f64 = np.concatenate([
        r.uniform(-2, 2, 40), r.uniform(-7e4, 7e4, 20),
        r.uniform(-1, 1, 40) * 2.0 ** r.randint(-27, -12, 40),  # subnormal in half precision
        [0.0, -0.0, 65504, 65519.99, 65520, -65520, 2.0**-24, 2.0**-25, 2.0**-25 * (1 + 2.0**-50), 1 + 2.0**-11, 1 + 3 * 2.0**-11, np.inf, -np.inf],
    ])
    # Exact ties of the narrow type: the even neighbour wins.
    narrow = f64[:60].astype(np.float16)
    ties = (narrow.astype(np.float64) + np.nextafter(narrow, np.float16(0)).astype(np.float64)) / 2
    f64 = np.concatenate([f64, ties])
    f32 = np.concatenate([f64.astype(np.float32), (r.uniform(-1, 1, 60) * 2.0 ** r.randint(-140, -120, 60)).astype(np.float32)])
    c._put("f64", f64)
    c._put("f32", f32)
    with np.errstate(over="ignore"):
        c._put("f64_as_f16", f64.astype(np.float16))
        c._put("f32_as_f16", f32.astype(np.float16))
    c._put("f32_as_bf16", torch.tensor(f32).to(torch.bfloat16).view(torch.int16).numpy().view(np.uint16))
    c._put("i64", np.array([[-(2**63), -1, 0, 2**63 - 1]], dtype=np.int64))
    c._put("i32", np.array([-(2**31), -1, 0, 2**31 - 1], dtype=np.int32))
    c._put("u8", np.array([0, 1, 255], dtype=np.uint8))
    c._put("scalar", np.float32(1.5))
    c._put("empty", np.zeros((2, 0), dtype=np.float32))

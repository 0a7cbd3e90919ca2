"""Writes the golden files from PyTorch. Run by hand, from anywhere:

    python3 internal/golden/make.py           write the files
    python3 internal/golden/make.py --check   say whether they would change
    python3 internal/golden/make.py conv      only files with this in their names
    python3 internal/golden/make.py --float32 say how far PyTorch's own float32
                                              is from the float64 in the files

CASES.md lists the cases and is written here too; README.md says how to read it.
Needs PyTorch 1.13 or later, NumPy, SciPy and Pillow.
"""

import pathlib
import sys
import warnings

import numpy as np
import torch

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout
import cases_attention
import cases_classifier
import cases_conv
import cases_gans
import cases_generate
import cases_gpt
import cases_latent
import cases_layers
import cases_linear
import cases_loss
import cases_measure
import cases_models
import cases_optim
import cases_paint
import cases_pictures
import cases_safetensors
import cases_tensor
from goldenfile import File

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build(dtype):
    torch.manual_seed(0)
    torch.set_num_threads(1)  # one order of summation
    torch.set_default_dtype(dtype)
    warnings.simplefilter("ignore")  # kl_div's on "mean", SequentialLR's on its own epoch
    files = []

    def new(path):
        files.append(File(path, dtype))
        return files[-1]

    for module in (
        cases_safetensors,
        cases_tensor,
        cases_conv,
        cases_layers,
        cases_attention,
        cases_pictures,
        cases_loss,
        cases_optim,
        cases_models,
        cases_gans,
        cases_classifier,
        cases_gpt,
        cases_generate,
        cases_linear,
        cases_measure,
        cases_latent,
        cases_paint,
    ):
        module.build(new)
    return files


def listing(files):
    """CASES.md: the cases of every file, those with the same arrays together."""
    text = "# Golden cases\n\nWritten by make.py. README.md explains the names.\n"
    for f in files:
        text += f"\n## {f.path}\n\n"
        groups = {}
        for c in f.cases:
            arrays = ", ".join(f"{k} {list(a.shape)}".replace(",", "") for k, a in c.arrays.items())
            groups.setdefault((arrays, ", ".join(c.meta)), []).append(c.name)
        for (arrays, notes), names in groups.items():
            text += "- " + ", ".join(f"`{n}`" for n in names) + f"<br>{arrays}" + (f"<br>notes: {notes}" if notes else "") + "\n"
    return text.encode()


def float32_distance():
    worst = []
    for exact, rough in zip(build(torch.float64), build(torch.float32)):
        want, got = exact.arrays(), rough.arrays()
        for name, a in want.items():
            if a.dtype == np.float64 and not np.array_equal(a, got[name]):
                scale = np.abs(a).max()
                distance = np.abs(got[name] - a).max()
                worst.append((distance / scale if scale else distance, f"{exact.path} {name}"))
    for distance, name in sorted(worst, reverse=True)[:25]:
        print(f"{distance:.1e}  {name}")


def main():
    if "--float32" in sys.argv:
        return float32_distance()
    files = build(torch.float64)
    outputs = {f.path: f.encode() for f in files}
    total = sum(map(len, outputs.values()))
    named = [a for a in sys.argv[1:] if not a.startswith("--")]
    if named:
        outputs = {path: data for path, data in outputs.items() if any(n in path for n in named)}
    outputs["internal/golden/CASES.md"] = listing(files)
    changed = 0
    for name, data in outputs.items():
        path = ROOT / name
        if path.exists() and path.read_bytes() == data:
            continue
        changed += 1
        print("would change" if "--check" in sys.argv else "wrote", name, len(data))
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    print(f"{total} bytes, {changed} files changed")
    return 1 if "--check" in sys.argv and changed else 0


if __name__ == "__main__":
    sys.exit(main())

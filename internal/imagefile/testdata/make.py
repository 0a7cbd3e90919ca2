# Makes the files beside it, and in want/ what Pillow (13.0.0, libwebp 1.6.0) makes
# of them, as PNG. Pillow writes no PNG of 16-bit colours; those are written here.
# Run in this folder: python3 make.py
import math, os, struct, zlib
import numpy as np
from PIL import Image

os.makedirs("want", exist_ok=True)
W, H = 37, 23
y, x = np.mgrid[0:H, 0:W]
full = np.stack([  # 16 bits of colour and alpha
    x * 65535 // (W - 1),
    y * 65535 // (H - 1),
    32768 + 32767 * np.sin(x * x / 60 + y / 5),
    65535 - (x + y) * 65535 // (W + H),
], -1).astype(np.uint16)
bytes8 = (full >> 8).astype(np.uint8)
rgb, rgba = Image.fromarray(bytes8[..., :3]), Image.fromarray(bytes8)


def want(name, picture=None):
    picture = picture or Image.open(name)
    picture.convert("RGBA").save("want/" + name + ".png", optimize=True)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png16(name, samples, kind):
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    open(name, "wb").write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, 16, kind, 0, 0, 0))
                           + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def tiff16(name, samples, photometric, order):
    body = samples.astype(order + "u2").tobytes()
    n = samples.shape[-1]
    head = 8 + len(body)
    tags = [(256, 4, [W]), (257, 4, [H]), (258, 3, [16] * n), (259, 3, [1]), (262, 3, [photometric]),
            (273, 4, [8]), (277, 3, [n]), (278, 4, [H]), (279, 4, [len(body)])]
    extra, entries = b"", b""
    for tag, kind, values in tags:
        p = struct.pack(order + {3: "H", 4: "I"}[kind] * len(values), *values)
        if len(p) > 4:
            extra_at = head + 2 + 12 * len(tags) + 4 + len(extra)
            extra += p
            p = struct.pack(order + "I", extra_at)
        entries += struct.pack(order + "HHI", tag, kind, len(values)) + p.ljust(4, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    open(name, "wb").write(mark + struct.pack(order + "I", head) + body + struct.pack(order + "H", len(tags)) + entries + b"\0" * 4 + extra)


png16("rgb16.png", full[..., :3], 2)
png16("rgba16.png", full, 6)
png16("gray16.png", full[..., :1], 0)
tiff16("rgb16.tif", full[..., :3], 2, "<")
tiff16("gray16.tif", full[..., :1], 1, ">")
for name in ["rgb16.png", "rgba16.png", "rgb16.tif"]:
    want(name)
for name in ["gray16.png", "gray16.tif"]:
    want(name, Image.fromarray((np.array(Image.open(name)) >> 8).astype(np.uint8)))

# A palette with alpha, and one with a single clear colour.
paletted = rgba.quantize(32, Image.Quantize.FASTOCTREE)
paletted.save("palette-alpha.png")
clear = rgb.quantize(16)
clear.save("palette-clear.png", transparency=3)
clear.save("palette-clear.gif", transparency=3)
for name in ["palette-alpha.png", "palette-clear.png", "palette-clear.gif"]:
    want(name)

# Four colours: Pillow marks the file as Adobe's and inverts them. The second
# file has lost the mark.
cmyk = Image.fromarray(np.concatenate([bytes8[..., :3], bytes8[..., 3:] // 3], -1), "CMYK")
cmyk.save("cmyk.jpg", quality=100)
marked = open("cmyk.jpg", "rb").read()
at = marked.index(b"\xff\xee")
open("cmyk-unmarked.jpg", "wb").write(marked[:at] + marked[at + 16:])
open("ycck.jpg", "wb").write(marked[:at + 15] + b"\2" + marked[at + 16:])  # the same numbers, taken for YCCK
want("ycck.jpg")
want("cmyk.jpg")
want("cmyk-unmarked.jpg")
rgb.save("rgb.jpg", quality=100, keep_rgb=True)  # RGB that is not turned into YCbCr
rgb.save("progressive.jpg", quality=100, subsampling=0, progressive=True)
rgb.convert("L").save("gray.jpg", quality=100)
for name in ["rgb.jpg", "progressive.jpg", "gray.jpg"]:
    want(name)

# Lossy WebP: limited range, colour at half the size. Odd and even sides, one
# row, one column.
for name, picture in {
    "lossy.webp": rgb, "lossy-even.webp": rgb.crop((0, 0, 36, 22)), "lossy-row.webp": rgb.crop((0, 9, 33, 10)),
    "lossy-column.webp": rgb.crop((9, 0, 10, 22)), "lossy-alpha.webp": rgba,
    "white.webp": Image.new("RGB", (16, 16), "white"), "black.webp": Image.new("RGB", (16, 16), "black"),
}.items():
    picture.save(name, quality=60, exact=True)
    want(name)
rgba.save("lossless.webp", lossless=True, exact=True)
want("lossless.webp")
second = rgb.rotate(180)
rgb.save("animated-lossy.webp", save_all=True, append_images=[second], quality=60)
rgba.save("animated-alpha.webp", save_all=True, append_images=[second.convert("RGBA")], quality=60, exact=True)
for name in ["animated-lossy.webp", "animated-alpha.webp"]:
    want(name)

for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
    rgb.save(compression + ".tif", compression=compression)
    want(compression + ".tif")
rgba.save("alpha.tif", compression="tiff_lzw")
rgb.quantize(16).save("palette.tif", compression="tiff_lzw")
rgb.convert("1").save("fax4.tif", compression="group4")
for name in ["alpha.tif", "palette.tif", "fax4.tif"]:
    want(name)

# What formats make of next to nothing: a bound must let them through.
plain = Image.new("RGB", (1024, 1024), "white")
plain.save("plain.jpg", quality=10, optimize=True)
plain.save("plain-progressive.jpg", quality=10, progressive=True)
plain.save("plain.webp", quality=0, method=6)
plain.save("plain-lossless.webp", lossless=True, method=6)
plain.convert("1").save("plain-fax4.tif", compression="group4")
plain.convert("L").save("plain-deflate.tif", compression="tiff_adobe_deflate")
plain.convert("L").save("plain-lzw.tif", compression="tiff_lzw")
plain.resize((256, 256)).convert("L").save("plain-packbits.tif", compression="packbits")

# Notes of how the camera was held.
note = Image.Exif()
note[0x0112] = 6
for name in ["exif.jpg", "exif.png", "exif.webp"]:
    rgb.resize((12, 8)).save(name, exif=note.tobytes(), **({"lossless": True} if name.endswith("webp") else {}))

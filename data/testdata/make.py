# Makes the pictures beside it with Pillow (9.4.0): a source, what Pillow's
# resampling makes of it, and WebP files, which the Go library cannot write.
# Run in this folder: python3 make.py
import math
from PIL import Image, ImageOps

W, H = 97, 61  # no colour so near 0 or 255 that the filter's overshoot is cut off
src = Image.new("RGB", (W, H))
for y in range(H):
    for x in range(W):
        r = int(127.5 + 70 * math.sin(x * x / 180.0 + y / 9.0))
        g = 190 if (x // 7 + y // 5) % 2 else 65
        b = 80 + (x * 37 + y * 101) % 96
        src.putpixel((x, y), (r, g, b))
src.save("source.png", optimize=True)

cubic = Image.BICUBIC
src.resize((16, 16), cubic).save("stretch16.png")
src.resize((128, 128), cubic).save("stretch128.png")
ImageOps.fit(src, (32, 32), cubic).save("cover32.png")
ImageOps.fit(src, (20, 50), cubic).save("cover20x50.png")
src.resize((24, 24), cubic).convert("L").save("gray24.png")
src.resize((16, 16), Image.LANCZOS).save("lanczos16.png")
src.resize((128, 128), Image.LANCZOS).save("lanczos128.png")
src.crop((0, 0, 16, 12)).save("tile.png")
src.crop((0, 0, 16, 12)).resize((64, 48), Image.LANCZOS).save("tile-smooth.png")

small = src.resize((24, 16), cubic)
small.save("lossless.webp", lossless=True)
small.save("lossy.webp", quality=90)
alpha = small.convert("RGBA")
alpha.putalpha(Image.linear_gradient("L").resize((24, 16)))
alpha.save("alpha.webp", quality=90)
small.save("animated.webp", save_all=True, append_images=[small.rotate(90)], lossless=True)
small.save("small.png", optimize=True)

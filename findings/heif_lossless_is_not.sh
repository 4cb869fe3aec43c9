#!/bin/sh
# One would guess that `quality=-1`, which pillow-heif calls lossless, gives the pixels back.
# Its planes are lossless, but colour is halved in width and height first.
# Pixels are exact only with `chroma=444` and `matrix_coefficients=0` too; grey ones are at once.
# A mask or a plot with thin coloured lines, logged as a lossless HEIF, is another image.
# Found in pillow-heif 1.8.1, pillow_heif/misc.py.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 pillow-heif==1.8.1

expected <<'END'
grey lines, lossless: off by 0
red and blue lines, lossless: off by 152
with chroma=444: off by 1
and matrix_coefficients=0: off by 0
END

program <<'END'
from PIL import Image, ImageChops
from pillow_heif import register_heif_opener

register_heif_opener()
lines = Image.new("RGB", (64, 64), "red")
for x in range(0, 64, 2):
    lines.paste("blue", (x, 0, x + 1, 64))


def error(image, **options):
    image.save("image.heic", quality=-1, **options)
    extrema = ImageChops.difference(image, Image.open("image.heic")).getextrema()
    return max(high for _, high in extrema) if image.mode == "RGB" else extrema[1]


print("grey lines, lossless: off by", error(lines.convert("L")))
print("red and blue lines, lossless: off by", error(lines))
print("with chroma=444: off by", error(lines, chroma=444))
print("and matrix_coefficients=0: off by", error(lines, chroma=444, matrix_coefficients=0))
END

#!/bin/sh
# One would guess that an array of height and width is written as such an image: the docstring of
# `ti.tools.imwrite` says so. The first axis is taken for x, to the right, and the second for y,
# up: an array from anywhere else is turned by a quarter to the left. In 16 bits white is black:
# values are divided by 255, which makes 257 of 65535, and that is 1 in 8 bits. `imread` gives back
# the turned array, so that a look at what was written shows nothing.
# Found in taichi 1.7.4, taichi/tools/image.py (cook_image_to_bytes, imread).
. "$(dirname "$0")/common.sh"

packages taichi==1.7.4 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
20 high, 40 wide, its first pixel is white
    written: 40 high, 20 wide, white at row 39, column 0
    read again: (20, 40)
255 of 16 bits is 1 of 8
30000 of 16 bits is 117 of 8
65000 of 16 bits is 254 of 8
65279 of 16 bits is 255 of 8
65280 of 16 bits is 0 of 8
65535 of 16 bits is 1 of 8
END

program <<'END'
import contextlib
import os

with contextlib.redirect_stdout(open(os.devnull, "w")):
    import taichi

import numpy as np
from PIL import Image

image = np.zeros((20, 40), np.uint8)
image[0, 0] = 255
taichi.tools.imwrite(image, "image.png")
with Image.open("image.png") as written:
    row, column = np.argwhere(np.asarray(written.convert("L")))[0].tolist()
    print("20 high, 40 wide, its first pixel is white")
    print(f"    written: {written.height} high, {written.width} wide,", end=" ")
    print(f"white at row {row}, column {column}")
print(f"    read again: {taichi.tools.imread('image.png').shape[:2]}")
for value in (255, 30000, 65000, 65279, 65280, 65535):
    taichi.tools.imwrite(np.full((8, 8), value, np.uint16), "deep.png")
    with Image.open("deep.png") as written:
        print(f"{value} of 16 bits is {written.convert('L').getpixel((0, 0))} of 8")
END

#!/bin/sh
# One would guess that `ImageStat` gives the mean of an image's pixels, as it does in 8 bits, or
# refuses. It reads a histogram of 256 steps and takes the steps' numbers for the values: a depth
# map of integers or floats gets a mean and extrema between 0 and 255, whatever its unit. Of 16 bits
# it counts the bytes of the left half of the image, as if each were a pixel.
# Found in Pillow 13.0.0, PIL/ImageStat.py (Stat), PIL/Image.py (Image.histogram).
. "$(dirname "$0")/common.sh"

packages Pillow==13.0.0

expected <<'END'
L: pixels 100 and 200, mean 150, extrema (100, 200)
I: pixels 70000 and 140000, mean 128, extrema (0, 255)
F: pixels 0.5 and 1.0, mean 128, extrema (0, 255)
I;16: pixels 3000 and 6000, mean 68, extrema (23, 112)
END

program <<'END'
from PIL import Image, ImageStat

for mode, low, high in (
    ("L", 100, 200),
    ("I", 70000, 140000),
    ("F", 0.5, 1.0),
    ("I;16", 3000, 6000),
):
    image = Image.new(mode, (8, 8), low)
    image.paste(Image.new(mode, (4, 8), high))
    found = ImageStat.Stat(image)
    print(f"{mode}: pixels {low} and {high}, mean {found.mean[0]:.0f}, ", end="")
    print(f"extrema {found.extrema[0]}")
END

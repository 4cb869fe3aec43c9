#!/bin/sh
# One would guess that a 16-bit array is written to PNG, which holds 16 bits, with its values.
# An array has the interpretation "b-w" for libvips, not "grey16", so PNG is written in 8 bits, and
# all above 255 is cut to white. JPEG of the same image takes the high byte: nearly black instead.
# TIFF keeps the values. `copy(interpretation="grey16")` makes PNG keep them too.
# A 12-bit camera's image, logged through pyvips, is white in one format and black in another.
# Found in pyvips 3.2.0 with pyvips-binary 8.18.7 (libvips, foreign/foreign.c).
. "$(dirname "$0")/common.sh"

packages pyvips==3.2.0 pyvips-binary==8.18.7 numpy==2.4.6 pillow==13.0.0

expected <<'END'
interpretation: b-w
array.png: 1000 is 255 in mode L
array.jpg: 1000 is 3 in mode L
array.tif: 1000 is 1000 in mode I;16
grey16.png: 1000 is 1000 in mode I;16
END

program <<'END'
import numpy
import pyvips
from PIL import Image

image = pyvips.Image.new_from_array(numpy.full((16, 16), 1000, numpy.uint16))
print("interpretation:", image.interpretation)


def say(image, name):
    image.write_to_file(name)
    read = Image.open(name)
    print(f"{name}: 1000 is {read.getpixel((8, 8))} in mode {read.mode}")


say(image, "array.png")
say(image, "array.jpg")
say(image, "array.tif")
say(image.copy(interpretation="grey16"), "grey16.png")
END

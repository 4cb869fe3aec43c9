#!/bin/sh
# One would guess that `plt.imread` gives the numbers of a TIFF: its documentation says that grey
# images have two dimensions. Of 8 and 16 bits it does. Floats and 32-bit integers are made RGBA of
# 8 bits by Pillow, which cuts them to 0 and 255: a probability of 0.99 is black, and a depth of
# 70000 is white. A one-bit mask is RGBA too, if it is not PNG.
# A map that is read back for a plot has lost all that it held, and is drawn in its new colours.
# Found in matplotlib 3.11.2, matplotlib/image.py (pil_to_array).
. "$(dirname "$0")/common.sh"

packages matplotlib==3.11.2 tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6

expected <<'END'
200 of uint8: (6, 8), uint8, 200
1000 of uint16: (6, 8), uint16, 1000
0.99 of float32: (6, 8, 4), uint8, [0, 0, 0, 255]
70000 of int32: (6, 8, 4), uint8, [255, 255, 255, 255]
one bit, mask.png: (6, 8), float32, 1.0
one bit, mask.tif: (6, 8, 4), uint8, [255, 255, 255, 255]
END

program <<'END'
import matplotlib

matplotlib.use("Agg")

import numpy
import tifffile
from matplotlib import pyplot
from PIL import Image


def say(what, name):
    read = pyplot.imread(name)
    print(f"{what}: {read.shape}, {read.dtype}, {read[0, 0].tolist()}")


for value, dtype in ((200, "uint8"), (1000, "uint16"), (0.99, "float32"), (70000, "int32")):
    tifffile.imwrite("map.tif", numpy.full((6, 8), value, dtype))
    say(f"{value} of {dtype}", "map.tif")
for name in ("mask.png", "mask.tif"):
    Image.new("1", (8, 6), 1).save(name)
    say(f"one bit, {name}", name)
END

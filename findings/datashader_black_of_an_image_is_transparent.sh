#!/bin/sh
# One would guess that an image has the same colours as integers with and without a sign. `shade`
# takes 0 for "no data here" if the integers have no sign, as those of images have: black pixels
# and class 0 are transparent, and 1 has the first colour. As int32 or float 0 is a value. It is
# meant for counts of points, where 0 is none. Integers with a sign are moved to begin at 0 in
# their own type, and turn over if they span more than half of it: what lies highest has the lowest
# colour. Convert an image to float before shading it.
# Found in datashader 0.19.1, datashader/transfer_functions/__init__.py (_interpolate).
. "$(dirname "$0")/common.sh"

packages datashader==0.19.1 xarray==2026.9.0 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
uint8 [0, 1, 2] is (0, 0, 0, 0) (0, 0, 0, 255) (255, 255, 255, 255)
uint16 [0, 1, 2] is (0, 0, 0, 0) (0, 0, 0, 255) (255, 255, 255, 255)
int16 [0, 1, 2] is (0, 0, 0, 255) (127, 127, 127, 255) (255, 255, 255, 255)
float32 [0, 1, 2] is (0, 0, 0, 255) (127, 127, 127, 255) (255, 255, 255, 255)
int16 [-20000, 0, 20000] is (143, 143, 143, 255) (255, 255, 255, 255) (0, 0, 0, 255)
float32 [-20000, 0, 20000] is (0, 0, 0, 255) (127, 127, 127, 255) (255, 255, 255, 255)
END

program <<'END'
import datashader.transfer_functions as functions
import numpy as np
import xarray


def say(kind, values):
    image = xarray.DataArray(np.tile(np.array(values, kind), (3, 1)), dims=("y", "x"))
    image = image.assign_coords(y=range(3), x=range(3))
    shaded = functions.shade(image, cmap=["black", "white"], how="linear").to_pil()
    print(f"{kind} {values} is", *(shaded.getpixel((x, 0)) for x in range(3)))


for kind in ("uint8", "uint16", "int16", "float32"):
    say(kind, [0, 1, 2])
say("int16", [-20000, 0, 20000])
say("float32", [-20000, 0, 20000])
END

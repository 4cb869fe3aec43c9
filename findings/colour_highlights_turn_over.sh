#!/bin/sh
# One would guess that what is brighter than 1 is white in an 8-bit file. `write_image` rounds the
# floats and casts them: 1.01 is 2, which is black, and -0.01 is 253, which is white. Highlights of
# a linear or sharpened image, and colours outside of the gamut after a conversion, come out as
# their opposites, in 8 and in 16 bits. Clip to 0 and 1 before writing.
# Found in colour-science 0.4.7, colour/io/image.py (convert_bit_depth, write_image_Imageio).
. "$(dirname "$0")/common.sh"

packages colour-science==0.4.7 imageio==2.38.1 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
0.5 is 128 in 8 bits, 32768 in 16
1.0 is 255 in 8 bits, 65535 in 16
1.01 is 2 in 8 bits, 654 in 16
1.5 is 126 in 8 bits, 32766 in 16
-0.01 is 253 in 8 bits, 64881 in 16
a green of Display P3, in sRGB [-0.08, 0.93, 0.04], is [236, 238, 9]
END

program <<'END'
import warnings

warnings.simplefilter("ignore")

import colour
import imageio.v3 as imageio
import numpy as np

for value in (0.5, 1.0, 1.01, 1.5, -0.01):
    image = np.full((8, 8, 3), value, np.float32)
    colour.write_image(image, "image.png", bit_depth="uint8", method="Imageio")
    colour.write_image(image, "image.tif", bit_depth="uint16", method="Imageio")
    eight, sixteen = (imageio.imread(name)[0, 0, 0] for name in ("image.png", "image.tif"))
    print(f"{value} is {eight} in 8 bits, {sixteen} in 16")
display = colour.RGB_to_RGB(np.array([0.1, 0.9, 0.1]), "Display P3", "sRGB")
colour.write_image(np.full((8, 8, 3), display), "green.png", bit_depth="uint8", method="Imageio")
written = imageio.imread("green.png")[0, 0].tolist()
print(f"a green of Display P3, in sRGB {display.round(2).tolist()}, is {written}")
END

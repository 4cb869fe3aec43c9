#!/bin/sh
# One would guess that integers from 0 to 255 are shown as they are, and more than that is white.
# tensorboardX multiplies all that is not uint8 by 255 and casts it to 8 bits: of int64 and of
# floats up to 255 the result turns over, so that 254 is 2 and 255 is 1. Nothing is clipped. A
# difference of images, which needs signed integers, is logged as noise.
# Found in tensorboardX 2.6.5, tensorboardX/summary.py (image).
. "$(dirname "$0")/common.sh"

packages tensorboardx==2.6.5 pillow==13.0.0 numpy==2.4.6

expected <<'END'
uint8 [0, 1, 128, 254, 255]: [0, 1, 128, 254, 255]
int64 [0, 1, 128, 254, 255]: [0, 255, 128, 2, 1]
uint16 [0, 1, 128, 254, 255]: [0, 255, 128, 2, 1]
END

program <<'END'
import io

import numpy
from PIL import Image
from tensorboardX.summary import image

values = [0, 1, 128, 254, 255]
for dtype in ("uint8", "int64", "uint16"):
    summary = image("image", numpy.array([values], dtype), dataformats="HW")
    pixels = Image.open(io.BytesIO(summary.value[0].image.encoded_image_string)).convert("L")
    print(f"{dtype} {values}: {[pixels.getpixel((x, 0)) for x in range(5)]}")
END

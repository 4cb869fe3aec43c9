#!/bin/sh
# One would guess that a GIF of one colour, which may choose 256, has that colour. OpenCV writes a
# fixed palette of 3, 3 and 2 bits and dithers: one colour becomes eight, and white is tinted blue.
# A grey image of one channel is refused: `imwrite` gives False and leaves an empty file. A plot of
# few colours, which GIF is good at, is speckled; a mask is not there.
# Found in opencv-python-headless 5.0.0.93 (modules/imgcodecs/src/grfmt_gif.cpp).
. "$(dirname "$0")/common.sh"

packages opencv-python-headless==5.0.0.93 pillow==13.0.0 numpy==2.4.6

expected <<'END'
white: 1 colours, like (252, 252, 255)
orange: 8 colours, like (180, 72, 0)
grey, one channel: not written, a file of 0 bytes
END

program <<'END'
import os

import cv2
import numpy
from PIL import Image


def say(name, pixels):
    if cv2.imwrite("image.gif", pixels):
        colours = [colour for _, colour in Image.open("image.gif").convert("RGB").getcolors()]
        result = f"{len(colours)} colours, like {min(colours)}"
    else:
        result = f"not written, a file of {os.path.getsize('image.gif')} bytes"
    print(f"{name}: {result}")


say("white", numpy.full((8, 8, 3), 255, numpy.uint8))
say("orange", numpy.full((8, 8, 3), (50, 100, 200), numpy.uint8))
say("grey, one channel", numpy.full((8, 8), 120, numpy.uint8))
END

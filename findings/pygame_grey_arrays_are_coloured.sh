#!/bin/sh
# One would guess that `make_surface` shows a 2D array as grey: its docstring says that the array
# may be 2D or 3D. A 2D one becomes a surface of 8 bits whose palette is SDL's own of 256 colours,
# and its values are numbers in that: 100 is red. Black and white are right, so a mask of 0 and 255
# looks well and a scan does not. A colour array with more than 255 is neither refused nor cut: what
# does not fit of one channel is in the next, so 300 of blue is 44, and 1 of green.
# Repeat grey three times, as `np.dstack([image] * 3)` does, and clip before.
# Found in pygame-ce 2.5.8, src_c/pixelcopy.c (make_surface), surfarray.py (make_surface).
. "$(dirname "$0")/common.sh"

packages pygame-ce==2.5.8 numpy==2.4.6 Pillow==13.0.0

expected <<'END'
grey 0: 8 bits, (0, 0, 0)
grey 100: 8 bits, (255, 36, 0)
grey 200: 8 bits, (170, 73, 0)
grey 255: 8 bits, (255, 255, 255)
grey 200, three times: 32 bits, (200, 200, 200)
grey 1000 of 16 bits, three times: 32 bits, (235, 235, 232)
(0, 0, 255): 32 bits, (0, 0, 255)
(0, 0, 300): 32 bits, (0, 1, 44)
(0, 0, 511): 32 bits, (0, 1, 255)
(0, 300, 0): 32 bits, (1, 44, 0)
(300, 0, 0): 32 bits, (44, 0, 0)
END

program <<'END'
import os

import numpy as np
from PIL import Image

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import pygame  # noqa: E402


def say(what, array):
    surface = pygame.surfarray.make_surface(array)
    pygame.image.save(surface, "image.png")
    saved = Image.open("image.png").convert("RGB").getpixel((0, 0))
    print(f"{what}: {surface.get_bitsize()} bits, {saved}")


for value in (0, 100, 200, 255):
    say(f"grey {value}", np.full((4, 4), value, np.uint8))
say("grey 200, three times", np.full((4, 4, 3), 200, np.uint8))
say("grey 1000 of 16 bits, three times", np.full((4, 4, 3), 1000, np.uint16))
for color in ((0, 0, 255), (0, 0, 300), (0, 0, 511), (0, 300, 0), (300, 0, 0)):
    say(f"{color}", np.full((4, 4, 3), color, np.float32))
END

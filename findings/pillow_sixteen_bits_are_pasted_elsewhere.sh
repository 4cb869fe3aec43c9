#!/bin/sh
# One would guess that what is pasted into a 16-bit image comes where the box and the mask say, as
# in all other modes. A number, pasted into a box, fills both bytes of each pixel with its lower
# byte: 6000 is 0x1770, and 0x7070 is what comes. An image pasted through a mask of 8 bits comes at
# half the distance from the left, in half its width, and so does a number through a mask of one
# bit. Nothing warns. A number through a mask of 8 bits, and an image through none or one of one
# bit, are right.
# Found in Pillow 13.0.0, libImaging/Paste.c (fill, fill_mask_1, paste_mask_L).
. "$(dirname "$0")/common.sh"

packages Pillow==13.0.0

expected <<'END'
6000 into the right half:
    L: 0 0 0 0 6 6 6 6
    I: 0 0 0 0 6000 6000 6000 6000
    I;16: 0 0 0 0 28784 28784 28784 28784
an image, by a mask of the right half, L:
    L: 0 0 0 0 6 6 6 6
    I: 0 0 0 0 6000 6000 6000 6000
    I;16: 0 0 6000 6000 0 0 0 0
6000, by a mask of the right half, 1:
    L: 0 0 0 0 6 6 6 6
    I: 0 0 0 0 6000 6000 6000 6000
    I;16: 0 0 28784 28784 0 0 0 0
END

program <<'END'
from PIL import Image

right = Image.new("L", (8, 1))
right.paste(255, (4, 0, 8, 1))


def say(what, *pasted):
    print(f"{what}:")
    for mode in ("L", "I", "I;16"):
        number = 6 if mode == "L" else 6000
        image = Image.new(mode, (8, 1))
        source = Image.new(mode, (8, 1), number) if pasted[0] == "image" else number
        image.paste(source, *pasted[1:])
        print(f"    {mode}:", *(image.getpixel((x, 0)) for x in range(8)))


say("6000 into the right half", "number", (4, 0, 8, 1))
say("an image, by a mask of the right half, L", "image", (0, 0), right)
say("6000, by a mask of the right half, 1", "number", (0, 0, 8, 1), right.convert("1"))
END

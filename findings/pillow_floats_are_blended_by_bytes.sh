#!/bin/sh
# One would guess that a mask of half strength mixes two images half and half, or that float images
# are refused, as `Image.blend` refuses them. Each byte of a float is mixed on its own, as if a
# pixel had four channels: half of 0 and half of 1 is nearly nothing, and half of 1 and half of 3 is
# more than 3. `paste` with a mask does the same. Masks of 0 and 255 alone are right.
# Found in Pillow 13.0.0, libImaging/Paste.c (paste_mask_L).
. "$(dirname "$0")/common.sh"

packages Pillow==13.0.0

expected <<'END'
L: of 10 and 30 half each is 20
F: of 0.0 and 1.0 half each is 1.63e-19
F: of 1.0 and 3.0 half each is 3.5
F: of 100.0 and 300.0 half each is 350
END

program <<'END'
from PIL import Image

HALF = Image.new("L", (8, 8), 128)
for mode, low, high in (("L", 10, 30), ("F", 0.0, 1.0), ("F", 1.0, 3.0), ("F", 100.0, 300.0)):
    below, above = (Image.new(mode, (8, 8), value) for value in (low, high))
    mixed = Image.composite(above, below, HALF).getpixel((0, 0))
    print(f"{mode}: of {low} and {high} half each is {mixed:.3g}")
END

#!/bin/sh
# One would guess that JPEG-LS, which has no palettes, refuses an image with one, or takes its
# colours. The plugin names P among the modes that it supports, and writes the numbers of the
# palette as grey, without an error: a plot or a GIF's frame is nearly black, and its bright
# colours may be the dark ones. All other modes that it supports come back as they were. Convert to
# RGB before saving.
# Found in pillow-jpls 1.3.2, pillow_jpls/jpls_image_encoder.py (save) and jpls_image_file.py.
. "$(dirname "$0")/common.sh"

packages pillow-jpls==1.3.2 Pillow==13.0.0

expected <<'END'
RGB, read as RGB:
    dark (20, 30, 90) is (20, 30, 90)
    bright (250, 240, 200) is (250, 240, 200)
P, read as L:
    dark (20, 30, 90) is (1, 1, 1)
    bright (250, 240, 200) is (0, 0, 0)
L, read as L:
    dark (34, 34, 34) is (34, 34, 34)
    bright (238, 238, 238) is (238, 238, 238)
CMYK, read as CMYK:
    dark (20, 30, 90) is (20, 30, 90)
    bright (250, 240, 200) is (250, 240, 200)
1, read as 1:
    dark (0, 0, 0) is (0, 0, 0)
    bright (255, 255, 255) is (255, 255, 255)
END

program <<'END'
import warnings

warnings.simplefilter("ignore")

import pillow_jpls  # noqa: F401
from PIL import Image

picture = Image.new("RGB", (64, 64), (250, 240, 200))
picture.paste((20, 30, 90), (0, 0, 64, 32))
few = picture.quantize(2)
for image in (picture, few, picture.convert("L"), picture.convert("CMYK"), picture.convert("1")):
    image.save("image.jls")
    with Image.open("image.jls") as read:
        print(f"{image.mode}, read as {read.mode}:")
        for what, place in (("dark", (0, 0)), ("bright", (0, 63))):
            was, now = (each.convert("RGB").getpixel(place) for each in (image, read))
            print(f"    {what} {was} is {now}")
END

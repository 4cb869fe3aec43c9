#!/bin/sh
# One would guess that `image.save("x.jxl")` saves the pixels that the image has.
# For an image that was opened from a JPEG file, pillow-jxl-plugin reads that file again and packs
# its bytes: what was drawn since, and a new size, are lost. `lossless_jpeg=False` saves them.
# A handler that opens a photograph, marks what it found and returns it, logs the photograph.
# Found in pillow-jxl-plugin 1.3.8, pillow_jxl/JpegXLImagePlugin.py.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 pillow-jxl-plugin==1.3.8

expected <<'END'
in memory: (16, 16) 0
saved with {}: (64, 64) 200
saved with {'lossless_jpeg': False}: (16, 16) 0
END

program <<'END'
import pillow_jxl  # noqa: F401: it registers itself
from PIL import Image

Image.new("L", (64, 64), 200).save("photo.jpg")
image = Image.open("photo.jpg")
image.paste(0, (0, 0, 64, 64))
image.thumbnail((16, 16))
print("in memory:", image.size, image.getpixel((8, 8)))
for options in ({}, {"lossless_jpeg": False}):
    image.save("image.jxl", **options)
    saved = Image.open("image.jxl").convert("L")
    print(f"saved with {options}:", saved.size, saved.getpixel((8, 8)))
END

#!/bin/sh
# One would guess that `PSDImage.frompil(image).topil()` is the image again.
# CMYK is inverted, since only the reader knows that PSD holds ink as its complement.
# White is taken out of half-transparent colours, though `frompil` never mixed it in.
# Pillow opens the same file with RGBA as it was, CMYK inverted too, and grey without its alpha.
# A layered file for the designers, made beside the logged image, has other colours.
# Found in psd-tools 1.26.0, psd_tools/api/pil_io.py and psd_image.py (frompil).
. "$(dirname "$0")/common.sh"

packages psd-tools==1.26.0 pillow==13.0.0

expected <<'END'
RGB (200, 100, 50): psd-tools RGB (200, 100, 50), Pillow RGB (200, 100, 50)
RGBA (200, 100, 50, 128): psd-tools RGBA (145, 0, 0, 128), Pillow RGBA (200, 100, 50, 128)
CMYK (10, 20, 30, 40): psd-tools CMYK (245, 235, 225, 215), Pillow CMYK (245, 235, 225, 215)
LA (100, 128): psd-tools LA (0, 128), Pillow L 100
END

program <<'END'
from PIL import Image
from psd_tools import PSDImage

for mode, colour in (
    ("RGB", (200, 100, 50)),
    ("RGBA", (200, 100, 50, 128)),
    ("CMYK", (10, 20, 30, 40)),
    ("LA", (100, 128)),
):
    PSDImage.frompil(Image.new(mode, (8, 8), colour)).save("image.psd")
    again = PSDImage.open("image.psd").topil()
    pillow = Image.open("image.psd")
    print(f"{mode} {colour}: psd-tools {again.mode} {again.getpixel((4, 4))},",
          f"Pillow {pillow.mode} {pillow.getpixel((4, 4))}")
END

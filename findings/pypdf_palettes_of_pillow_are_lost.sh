#!/bin/sh
# One would guess that the image of a PDF that Pillow wrote comes out of it as it went in, as images
# in grey and in colours do. Of one with a palette pypdf gives an image of the same mode whose
# palette is empty: it is black, and of its numbers only 0 and 1 are left. Pillow writes such data
# in hexadecimal digits, and pypdf applies a palette only to what is compressed by Flate or the
# like.
# Found in pypdf 7.1.1, pypdf/generic/_image_xobject.py (_xobj_to_image), and Pillow 13.0.0,
# PIL/PdfImagePlugin.py (_write_image).
. "$(dirname "$0")/common.sh"

packages pypdf==7.1.1 Pillow==13.0.0

expected <<'END'
RGB: RGB, corners about [100, 200]
L: L, corners about [100, 200]
P: P, corners about [0, 0]
END

program <<'END'
from PIL import Image
from pypdf import PdfReader

grey = Image.new("L", (64, 64), 100)
grey.paste(200, (32, 0, 64, 64))
for mode in ("RGB", "L", "P"):
    grey.convert(mode).save("image.pdf")
    read = PdfReader("image.pdf").pages[0].images[0].image
    corners = [round(read.convert("L").getpixel((x, 0)), -1) for x in (0, 63)]
    print(f"{mode}: {read.mode}, corners about {corners}")
END

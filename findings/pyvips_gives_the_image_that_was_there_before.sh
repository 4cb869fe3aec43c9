#!/bin/sh
# One would guess that opening a file gives what the file holds now.
# libvips keeps the results of its operations, and opening is one: while a name is in its cache, it
# gives the image that lay there before, of another size and format even. `revalidate=True` looks.
# A loop that writes preview.png and checks it by pyvips checks the first preview each time.
# Found in pyvips 3.2.0 with pyvips-binary 8.18.7 (libvips, iofuncs/cache.c).
. "$(dirname "$0")/common.sh"

packages pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0

expected <<'END'
first image: (8, 8, 1)
another one by that name: (8, 8, 1)
with revalidate=True: (640, 480, 4)
END

program <<'END'
import pyvips
from PIL import Image


def size(**options):
    image = pyvips.Image.new_from_file("preview.png", **options)
    return image.width, image.height, image.bands


Image.new("L", (8, 8)).save("preview.png")
print("first image:", size())
Image.new("RGBA", (640, 480)).save("preview.png")
print("another one by that name:", size())
print("with revalidate=True:", size(revalidate=True))
END

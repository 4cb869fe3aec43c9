#!/bin/sh
# One would guess that after `load()` an image is in memory, and its file may be written anew.
# Pillow maps uncompressed TIFF, BMP, PGM and others of the modes L, RGBA and CMYK into memory.
# Bytes that are then written into the file in place change the image that was loaded, and what
# `save()` writes of it; RGB is not mapped. `copy()` before the file changes keeps the pixels.
# A camera's driver or a memory-mapped array that reuses one file changes images yet to be logged.
# Found in Pillow 13.0.0, PIL/ImageFile.py (map_buffer), and numpy 2.4.6.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 numpy==2.4.6

expected <<'END'
image.tif L: 255, then 77; its copy 255
image.pgm L: 255, then 77; its copy 255
image.tif RGBA: (255, 255, 255, 255), then (77, 77, 77, 77); its copy (255, 255, 255, 255)
image.tif CMYK: (0, 0, 0, 0), then (77, 77, 77, 77); its copy (0, 0, 0, 0)
image.tif RGB: (255, 255, 255), then (255, 255, 255); its copy (255, 255, 255)
END

program <<'END'
import numpy
from PIL import Image


def say(name, mode):
    white = Image.new(mode, (64, 64), "white" if mode != "CMYK" else (0, 0, 0, 0))
    white.save(name)
    image = Image.open(name)
    image.load()
    copy = image.copy()
    before = image.getpixel((60, 60))
    pixels = numpy.memmap(name, mode="r+")
    pixels[len(pixels) // 2 :] = 77
    pixels.flush()
    image.save("logged.tif")
    logged = Image.open("logged.tif").getpixel((32, 48))
    print(f"{name} {mode}: {before}, then {logged}; its copy {copy.getpixel((32, 48))}")


say("image.tif", "L")
say("image.pgm", "L")
say("image.tif", "RGBA")
say("image.tif", "CMYK")
say("image.tif", "RGB")
END

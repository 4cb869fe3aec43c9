#!/bin/sh
# One would guess that a tiled 16-bit TIFF is read as such, or refused. OpenSlide opens it, and
# gives 8 bits of red, green and blue: the upper half of each number. The 12 bits that a camera has
# make at most 15 of 255, which is black, and neighbouring values are the same. tiffslide, which
# has the same functions, gives 16 bits. Where there is no slide, OpenSlide is transparent, and
# tiffslide 0.
# Found in openslide-python 1.4.7 with openslide-bin 4.0.1.2 (its library reads a generic TIFF by
# libtiff's conversion to RGBA), openslide/__init__.py (OpenSlide.read_region).
. "$(dirname "$0")/common.sh"

packages openslide-python==1.4.7 openslide-bin==4.0.1.2 tiffslide==3.0.1 tifffile==2026.3.3 \
    Pillow==11.3.0 numpy==2.4.6

expected <<'END'
OpenSlide, RGBA: 3000 is (11, 11, 11, 255), 3050 is (11, 11, 11, 255), outside (0, 0, 0, 0)
tiffslide, I;16: 3000 is 3000, 3050 is 3050, outside 0
END

program <<'END'
import warnings

warnings.simplefilter("ignore")

import numpy as np
import openslide
import tifffile
import tiffslide

image = np.zeros((512, 512), np.uint16)
image[:, :256] = 3000
image[:, 256:] = 3050
tifffile.imwrite("slide.tif", image, tile=(256, 256))
for name, kind in (("OpenSlide", openslide.OpenSlide), ("tiffslide", tiffslide.TiffSlide)):
    slide = kind("slide.tif")
    region = slide.read_region((0, 0), 0, (600, 512))
    print(f"{name}, {region.mode}: 3000 is {region.getpixel((100, 100))},", end=" ")
    print(f"3050 is {region.getpixel((400, 100))}, outside {region.getpixel((550, 100))}")
END

#!/bin/sh
# One would guess that it is one whether the colours of a mask's classes are written before its
# pixels or after them, as the examples of rasterio do. Written after them, the table is in the
# file, but the image stays declared as grey: rasterio and all of GDAL show colours, Pillow and
# tifffile see a grey image that is nearly black. Alpha of a class is gone in both, from the file
# and from GDAL's own reading, since a TIFF's table has none; a PNG of the same driver keeps it.
# Found in rasterio 1.4.4 (write_colormap), with GDAL's frmts/gtiff/gtiffrasterband_write.cpp
# (SetColorTable).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 Pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6

expected <<'END'
colours first: Pillow P, tifffile PALETTE, rasterio (255, 0, 0, 255)
colours last: Pillow L, tifffile MINISBLACK, rasterio (255, 0, 0, 255)
END

program <<'END'
import warnings

import numpy as np
import rasterio
import tifffile
from PIL import Image

warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
COLORS = {0: (0, 0, 0, 0), 1: (255, 0, 0, 128)}
LAYOUT = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "uint8"}


def say(what, *steps):
    with rasterio.open("mask.tif", "w", **LAYOUT) as file:
        for step in steps:
            step(file)
    with rasterio.open("mask.tif") as file:
        color = file.colormap(1)[1]
    declared = tifffile.TiffFile("mask.tif").pages[0].photometric.name
    print(f"{what}: Pillow {Image.open('mask.tif').mode}, tifffile {declared}, rasterio {color}")


def write_colors(file):
    file.write_colormap(1, COLORS)


def write_pixels(file):
    file.write(np.eye(8, dtype=np.uint8), 1)


say("colours first", write_colors, write_pixels)
say("colours last", write_pixels, write_colors)
END

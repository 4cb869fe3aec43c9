#!/bin/sh
# One would guess that three bands of bytes as JPEG 2000 are an RGB image, as they are in TIFF or
# PNG. GDAL's JP2OpenJPEG driver declares the grey colour space, unless `colorinterp` names the
# colours. rasterio and OpenCV read it as three bands all the same. Pillow names its mode RGB, and
# raises OSError when it is loaded. One band, and four, are fine. The file passes each check that
# only opens it, and cannot be shown.
# Found in rasterio 1.4.4 (GDAL, frmts/opjlike), read by Pillow 13.0.0 (OpenJPEG).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 pillow==13.0.0 numpy==2.4.6

expected <<'END'
16 is sRGB, 17 is grey
1 bands: colour space 17, L, loads
3 bands: colour space 17, RGB, OSError: broken data stream when reading image file
4 bands: colour space 17, RGBA, loads
3 bands named: colour space 16, RGB, loads
END

program <<'END'
import numpy
import rasterio
from PIL import Image
from rasterio.enums import ColorInterp


def say(count, colours=None):
    profile = {"count": count, "dtype": "uint8", "width": 64, "height": 64}
    with rasterio.open("image.jp2", "w", driver="JP2OpenJPEG", **profile) as file:
        if colours:
            file.colorinterp = colours
        file.write(numpy.full((count, 64, 64), 200, numpy.uint8))
    content = open("image.jp2", "rb").read()
    space = content[content.index(b"colr") + 10]
    image = Image.open("image.jp2")
    try:
        image.load()
        result = "loads"
    except OSError as error:
        result = f"OSError: {error}"
    named = " named" if colours else ""
    print(f"{count} bands{named}: colour space {space}, {image.mode}, {result}")


print("16 is sRGB, 17 is grey")
say(1)
say(3)
say(4)
say(3, [ColorInterp.red, ColorInterp.green, ColorInterp.blue])
END

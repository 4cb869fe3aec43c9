#!/bin/sh
# One would guess that four bands, which rasterio calls red, green, blue and alpha, cannot be a
# JPEG, or lose the alpha. GDAL writes a JPEG of CMYK: alpha is the black ink, turned around. Opaque
# pixels look right in it. What is half transparent is dark, and transparent is black. rasterio
# opens the file with three bands, multiplied, and so sees nothing odd. A satellite image with a
# soft edge has a black frame in the run's artifacts.
# Found in rasterio 1.4.4 (GDAL, frmts/jpeg/jpgdataset.cpp).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 pillow==13.0.0 numpy==2.4.6

expected <<'END'
grey 200 with alpha 255: Pillow CMYK, grey 200; rasterio 3 bands, 200
grey 200 with alpha 128: Pillow CMYK, grey 100; rasterio 3 bands, 100
grey 200 with alpha 0: Pillow CMYK, grey 0; rasterio 3 bands, 0
END

program <<'END'
import numpy
import rasterio
from PIL import Image

profile = {"count": 4, "dtype": "uint8", "width": 16, "height": 16}
for alpha in (255, 128, 0):
    bands = numpy.full((4, 16, 16), 200, numpy.uint8)
    bands[3] = alpha
    with rasterio.open("image.jpg", "w", driver="JPEG", quality=100, **profile) as file:
        file.write(bands)
    image = Image.open("image.jpg")
    grey = image.convert("RGB").getpixel((8, 8))[0]
    with rasterio.open("image.jpg") as file:
        print(f"grey 200 with alpha {alpha}: Pillow {image.mode}, grey {grey};",
              f"rasterio {file.count} bands, {file.read()[0, 8, 8]}")
END

#!/bin/sh
# One would guess that FITS, which Pillow opens, shows the numbers that astropy wrote.
# FITS has no unsigned 16 or 32 bits and no signed 8: astropy stores them shifted, and says so by
# BZERO. Pillow does not look at it: uint16 is 32768 too high below the half, and too low above it.
# Black is a mid grey then. Floats are right, and signed 16 bits where they are not negative.
# A camera's raw frame, opened by Pillow for a preview, has its darkest pixels in the middle.
# Found in Pillow 13.0.0, PIL/FitsImagePlugin.py, with astropy 8.0.2.
. "$(dirname "$0")/common.sh"

packages astropy==8.0.2 pillow==13.0.0 numpy==2.4.6

expected <<'END'
uint8: astropy [0, 1, 100], Pillow L [0, 1, 100]
int8: astropy [0, 1, 100], Pillow L [128, 129, 228]
int16: astropy [0, 1, 100], Pillow I;16 [0, 1, 100]
uint16: astropy [0, 1, 100], Pillow I;16 [32768, 32769, 32868]
uint32: astropy [0, 1, 100], Pillow I [-2147483648, -2147483647, -2147483548]
float32: astropy [0.0, 1.0, 100.0], Pillow F [0.0, 1.0, 100.0]
END

program <<'END'
import numpy
from astropy.io import fits
from PIL import Image

for dtype in ("uint8", "int8", "int16", "uint16", "uint32", "float32"):
    fits.PrimaryHDU(numpy.array([[0, 1, 100]], dtype)).writeto("image.fits", overwrite=True)
    image = Image.open("image.fits")
    pixels = [image.getpixel((x, 0)) for x in range(3)]
    astropy = fits.getdata("image.fits")[0].tolist()
    print(f"{dtype}: astropy {astropy}, Pillow {image.mode} {pixels}")
END

#!/bin/sh
# One would guess that a volume cannot be written to an image format of two dimensions. JPEG and BMP
# are refused, and TIFF gets a page for each slice. PNG is written without a word, and holds the
# first slice alone, which in a scan is often empty. An array of height, width and 3 is such a
# volume, too: without `isVector=True` the first row is left. What is logged is a valid PNG of the
# right size, or of 3 pixels in width.
# Found in simpleitk 2.5.7 (ITK, Modules/IO/PNG/src/itkPNGImageIO.cxx).
. "$(dirname "$0")/common.sh"

packages simpleitk==2.5.7 pillow==13.0.0 numpy==2.4.6

expected <<'END'
4 slices as slices.bmp: RuntimeError
4 slices as slices.jpg: RuntimeError
4 slices as slices.tif: 4 of (8, 6), begins with 0
4 slices as slices.png: 1 of (8, 6), begins with 0
an array of 6 x 8 x 3 as colours.png: 1 of (3, 8), begins with 0
END

program <<'END'
import numpy
import SimpleITK as sitk
from PIL import Image


def say(what, array, name):
    try:
        sitk.WriteImage(sitk.GetImageFromArray(array), name)
    except RuntimeError:
        print(f"{what} as {name}: RuntimeError")
        return
    image = Image.open(name)
    pages = getattr(image, "n_frames", 1)
    print(f"{what} as {name}: {pages} of {image.size}, begins with {image.getpixel((0, 0))}")


slices = numpy.stack([numpy.full((6, 8), 50 * n, numpy.uint8) for n in range(4)])
for name in ("slices.bmp", "slices.jpg", "slices.tif", "slices.png"):
    say("4 slices", slices, name)
say("an array of 6 x 8 x 3", numpy.zeros((6, 8, 3), numpy.uint8), "colours.png")
END

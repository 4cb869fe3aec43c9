#!/bin/sh
# One would guess that a grey image has one channel. Read from PNG it has; from BMP it has three,
# also if SimpleITK itself wrote it of one; a one-bit TIFF has four. The colours of a palette are 8
# bits in PNG and 16 in TIFF. Grey with alpha is refused in PNG; in TIFF the values of both channels
# are put side by side into one, so that the left half of the image, in stripes, fills it.
# What is logged of such an image has its right size, and is another image.
# Found in simpleitk 2.5.7 (ITK, Modules/IO/TIFF/src/itkTIFFImageIO.cxx and
# Modules/IO/BMP/src/itkBMPImageIO.cxx).
. "$(dirname "$0")/common.sh"

packages simpleitk==2.5.7 pillow==13.0.0 numpy==2.4.6

expected <<'END'
grey.png: 1 x 8-bit unsigned integer, begins with [0, 1, 2, 3]
grey.tif: 1 x 8-bit unsigned integer, begins with [0, 1, 2, 3]
grey.bmp: 3 x 8-bit unsigned integer, begins with [0, 0, 0, 1]
one bit.png: 1 x 8-bit unsigned integer, begins with [0, 255, 255, 255]
one bit.tif: 4 x 8-bit unsigned integer, begins with [0, 0, 0, 255]
palette.png: 3 x 8-bit unsigned integer, begins with [10, 20, 30, 40]
palette.tif: 3 x 16-bit unsigned integer, begins with [2560, 5120, 7680, 10240]
grey with alpha.png: RuntimeError
grey with alpha.tif: 1 x 8-bit unsigned integer, begins with [0, 255, 1, 255]
own.bmp, written of 1 channel: 3 x 8-bit unsigned integer, begins with [0, 0, 0, 1]
END

program <<'END'
import numpy
import SimpleITK as sitk
from PIL import Image

pixels = numpy.arange(48, dtype=numpy.uint8).reshape(6, 8)
grey = Image.fromarray(pixels)
palette = Image.frombytes("P", grey.size, pixels.tobytes())
palette.putpalette([10, 20, 30, 40, 50, 60] + [0] * 762)
images = {
    "grey": grey,
    "one bit": Image.fromarray(pixels > 0),
    "palette": palette,
    "grey with alpha": Image.merge("LA", [grey, Image.new("L", grey.size, 255)]),
}


def say(name, what):
    try:
        image = sitk.ReadImage(name)
    except RuntimeError:
        print(f"{what}: RuntimeError")
        return
    kind = image.GetPixelIDTypeAsString().removeprefix("vector of ")
    values = sitk.GetArrayFromImage(image).ravel()[:4].tolist()
    print(f"{what}: {image.GetNumberOfComponentsPerPixel()} x {kind}, begins with {values}")


for what, image in images.items():
    for suffix in (".png", ".tif", ".bmp") if what == "grey" else (".png", ".tif"):
        image.save(what + suffix)
        say(what + suffix, what + suffix)
sitk.WriteImage(sitk.GetImageFromArray(pixels), "own.bmp")
say("own.bmp", "own.bmp, written of 1 channel")
END

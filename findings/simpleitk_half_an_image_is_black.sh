#!/bin/sh
# One would guess that an image times 0.5 is half as bright, as in NumPy. The number is made one of
# the image's own type first: of 8 bits, 0.5 is 0 and the image is black, and 1.5 changes nothing.
# Division gives floats and is right, so `image / 2` and `image * 0.5` differ. What does not fit
# turns over, also when an image is read as `sitkUInt8`. Nothing warns. Cast to floats first.
# Found in simpleitk 2.5.7, SimpleITK/SimpleITK.py (Image.__mul__, which calls MultiplyImageFilter).
. "$(dirname "$0")/common.sh"

packages simpleitk==2.5.7 numpy==2.4.6

expected <<'END'
200 * 0.5: 0, 8-bit unsigned integer
200 / 2: 100.0, 64-bit float
200 * 1.5: 200, 8-bit unsigned integer
200 + 0.9: 200, 8-bit unsigned integer
200 + 100: 44, 8-bit unsigned integer
200 as floats, * 0.5: 100.0, 32-bit float
1000, read as sitkUInt8: 232
END

program <<'END'
import numpy
import SimpleITK as sitk

grey = sitk.GetImageFromArray(numpy.full((4, 4), 200, numpy.uint8))


def say(what, image):
    print(f"200 {what}: {sitk.GetArrayFromImage(image)[0, 0]}, {image.GetPixelIDTypeAsString()}")


say("* 0.5", grey * 0.5)
say("/ 2", grey / 2)
say("* 1.5", grey * 1.5)
say("+ 0.9", grey + 0.9)
say("+ 100", grey + 100)
say("as floats, * 0.5", sitk.Cast(grey, sitk.sitkFloat32) * 0.5)
depth = sitk.GetImageFromArray(numpy.full((4, 4), 1000, numpy.uint16))
sitk.WriteImage(depth, "depth.png")
read = sitk.GetArrayFromImage(sitk.ReadImage("depth.png", sitk.sitkUInt8))
print(f"1000, read as sitkUInt8: {read[0, 0]}")
END

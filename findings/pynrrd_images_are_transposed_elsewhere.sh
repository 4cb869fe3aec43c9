#!/bin/sh
# One would guess that an array of height and width, written by pynrrd, is an image of that height
# and width. By default the first axis is the file's fastest, which other readers take for the
# width: the image is mirrored at its diagonal in SimpleITK, and in Slicer. An image in colours is a
# volume of three slices. pynrrd reads its own file back as it was. `index_order="C"` writes what
# one means.
# Found in pynrrd 1.1.3, nrrd/writer.py (write), read by SimpleITK 2.5.7.
. "$(dirname "$0")/common.sh"

packages pynrrd==1.1.3 SimpleITK==2.5.7 numpy==2.4.6

expected <<'END'
grey of (48, 64): pynrrd (48, 64), SimpleITK (64, 48) with 1 channels
colours of (48, 64, 3): pynrrd (48, 64, 3), SimpleITK (3, 64, 48) with 1 channels
grey of (48, 64), index_order="C": pynrrd (48, 64), SimpleITK (48, 64) with 1 channels
END

program <<'END'
import nrrd
import numpy as np
import SimpleITK


def say(what, shape, **options):
    nrrd.write("image.nrrd", np.zeros(shape, np.uint8), **options)
    own = nrrd.read("image.nrrd", **options)[0].shape
    other = SimpleITK.ReadImage("image.nrrd")
    array = SimpleITK.GetArrayFromImage(other)
    channels = other.GetNumberOfComponentsPerPixel()
    print(f"{what}: pynrrd {own}, SimpleITK {array.shape} with {channels} channels")


say("grey of (48, 64)", (48, 64))
say("colours of (48, 64, 3)", (48, 64, 3))
say('grey of (48, 64), index_order="C"', (48, 64), index_order="C")
END

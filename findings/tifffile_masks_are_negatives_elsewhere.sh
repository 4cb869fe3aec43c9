#!/bin/sh
# One would guess that a boolean array is a TIFF whose true pixels are white.
# tifffile writes one bit a pixel and, with its default, declares that 0 is white.
# tifffile reads the array back as it was, so a test there passes; Pillow, OpenCV and libvips show a
# negative. `photometric="minisblack"`, or the array times 255 as uint8, is what others show.
# A segmentation mask that was logged as TIFF is inverted for all who look at it.
# Found in tifffile 2026.3.3, tifffile/tifffile.py (TiffWriter.write).
. "$(dirname "$0")/common.sh"

packages tifffile==2026.3.3 pillow==13.0.0 pyvips==3.2.0 pyvips-binary==8.18.7 \
    opencv-python-headless==5.0.0.93

expected <<'END'
True and False, {}
    tifffile: [True, False]
    Pillow: [False, True]
    OpenCV: [0, 255]
    libvips: [0, 255]
True and False, {'photometric': 'minisblack'}
    tifffile: [True, False]
    Pillow: [True, False]
    OpenCV: [255, 0]
    libvips: [255, 0]
END

program <<'END'
import cv2
import numpy
import pyvips
import tifffile
from PIL import Image

mask = numpy.array([[True, False]] * 2)


def say(name, **options):
    tifffile.imwrite(name, mask, **options)
    print(f"True and False, {options}")
    print("    tifffile:", tifffile.imread(name)[0].tolist())
    print("    Pillow:", numpy.asarray(Image.open(name))[0].tolist())
    print("    OpenCV:", cv2.imread(name, cv2.IMREAD_UNCHANGED)[0].tolist())
    print("    libvips:", pyvips.Image.new_from_file(name).numpy()[0].tolist())


say("default.tif")
say("minisblack.tif", photometric="minisblack")
END

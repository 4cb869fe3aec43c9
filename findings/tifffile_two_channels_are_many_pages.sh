#!/bin/sh
# One would guess that an array of height, width and 2 is an image of two channels, as one of 3 or 4
# is. tifffile writes a page for each row, as wide as there are channels; one of 5 the same. It
# reads its own file back right, so a test there passes; Pillow and OpenCV see a strip two pixels
# wide. imageio writes TIFF by tifffile, and gives this shape for a grey PNG with alpha: copied as
# TIFF, it is such a strip. `photometric="minisblack", planarconfig="contig"` makes one page.
# A flow field or a grey image with alpha, logged as TIFF, can be looked at nowhere.
# Found in tifffile 2026.3.3, tifffile/tifffile.py (TiffWriter.write).
. "$(dirname "$0")/common.sh"

packages tifffile==2026.3.3 imageio==2.38.1 pillow==13.0.0 numpy==2.4.6 \
    opencv-python-headless==5.0.0.93

expected <<'END'
2 channels: tifffile (32, 48, 2), Pillow 32 of (2, 48), OpenCV (48, 2)
3 channels: tifffile (32, 48, 3), Pillow 1 of (48, 32), OpenCV (32, 48)
4 channels: tifffile (32, 48, 4), Pillow 1 of (48, 32), OpenCV (32, 48)
5 channels: tifffile (32, 48, 5), Pillow 32 of (5, 48), OpenCV (48, 5)
2 channels, minisblack, contig: tifffile (32, 48, 2), Pillow 1 of (48, 32), OpenCV (32, 48)
alpha.png copied by imageio: tifffile (32, 48, 2), Pillow 32 of (2, 48), OpenCV (48, 2)
END

program <<'END'
import cv2
import imageio.v3 as iio
import numpy
import tifffile
from PIL import Image


def say(what):
    image = Image.open("image.tif")
    print(f"{what}: tifffile {tifffile.imread('image.tif').shape},",
          f"Pillow {image.n_frames} of {image.size}, OpenCV {cv2.imread('image.tif').shape[:2]}")


for channels in (2, 3, 4, 5):
    tifffile.imwrite("image.tif", numpy.zeros((32, 48, channels), numpy.uint8))
    say(f"{channels} channels")
options = {"photometric": "minisblack", "planarconfig": "contig"}
tifffile.imwrite("image.tif", numpy.zeros((32, 48, 2), numpy.uint8), **options)
say("2 channels, minisblack, contig")
Image.new("LA", (48, 32)).save("alpha.png")
iio.imwrite("image.tif", iio.imread("alpha.png"))
say("alpha.png copied by imageio")
END

#!/bin/sh
# One would guess that frames of one size, written to a TIFF one after the other, are read back as a
# stack. Each call of `write` begins a series, and `imread` reads the first: of five frames one
# comes back, of a right shape, and the same in scikit-image and imageio. Pillow and OpenCV see
# five. So it is with `append=True`. A film that was saved while it was taken is one image.
# `contiguous=True` makes one series; `imread(..., key=slice(None))` reads all pages.
# Found in tifffile 2026.3.3, tifffile/tifffile.py (TiffWriter.write and imread).
. "$(dirname "$0")/common.sh"

packages tifffile==2026.3.3 scikit-image==0.26.0 imageio==2.38.1 opencv-python-headless==5.0.0.93 \
    pillow==13.0.0 numpy==2.4.6

expected <<'END'
one writer: imread (6, 8), scikit-image (6, 8), imageio (6, 8), Pillow 5 frames, OpenCV 5
append=True: imread (6, 8), scikit-image (6, 8), imageio (6, 8), Pillow 5 frames, OpenCV 5
an OME-TIFF: imread (6, 8), scikit-image (6, 8), imageio (6, 8), Pillow 5 frames, OpenCV 5
contiguous=True: imread (5, 6, 8), scikit-image (5, 6, 8), imageio (5, 6, 8), Pillow 5 frames, OpenCV 5
key=slice(None): (5, 6, 8)
END

program <<'END'
import cv2
import imageio.v3 as iio
import numpy
import skimage.io
import tifffile
from PIL import Image

frames = [numpy.full((6, 8), number, numpy.uint8) for number in range(5)]


def say(what, name):
    print(f"{what}: imread {tifffile.imread(name).shape}", end=", ")
    print(f"scikit-image {skimage.io.imread(name).shape}", end=", ")
    print(f"imageio {iio.imread(name).shape}", end=", ")
    print(f"Pillow {Image.open(name).n_frames} frames, OpenCV {len(cv2.imreadmulti(name)[1])}")


def written(name, **options):
    with tifffile.TiffWriter(name) as writer:
        for frame in frames:
            writer.write(frame, **options)


written("frames.tif")
say("one writer", "frames.tif")
for frame in frames:
    tifffile.imwrite("appended.tif", frame, append=True)
say("append=True", "appended.tif")
written("frames.ome.tif")
say("an OME-TIFF", "frames.ome.tif")
written("contiguous.tif", contiguous=True)
say("contiguous=True", "contiguous.tif")
print("key=slice(None):", tifffile.imread("frames.tif", key=slice(None)).shape)
END

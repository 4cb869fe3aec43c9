#!/bin/sh
# One would guess that a list of grey frames becomes that many pages of a TIFF.
# imageio stacks them and hands the stack to tifffile, which takes three planes of uint8 for red,
# green and blue, and four for those with alpha: one page, in colour. Two or five frames are pages.
# 16-bit frames do it too. Only tifffile says that this will end, in a DeprecationWarning.
# A series of masks, logged in one file, is one picture on the days when there are three.
# Found in imageio 2.38.1, imageio/plugins/tifffile_v3.py, and tifffile 2026.3.3 (TiffWriter.write).
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 tifffile==2026.3.3 pillow==13.0.0

expected <<'END'
2 grey frames of uint8: 2 pages, mode L
3 grey frames of uint8: 1 pages, mode RGB
4 grey frames of uint8: 1 pages, mode RGBA
5 grey frames of uint8: 5 pages, mode L
3 grey frames of uint16: 1 pages, mode RGB
END

program <<'END'
import imageio.v3 as iio
import numpy
from PIL import Image


def say(count, dtype):
    iio.imwrite("masks.tif", [numpy.full((6, 8), n * 10, dtype) for n in range(count)])
    read = Image.open("masks.tif")
    print(f"{count} grey frames of {dtype}: {read.n_frames} pages, mode {read.mode}")


for count in (2, 3, 4, 5):
    say(count, "uint8")
say(3, "uint16")
END

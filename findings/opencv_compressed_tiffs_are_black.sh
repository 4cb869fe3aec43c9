#!/bin/sh
# One would guess that a TIFF of a compression that OpenCV has not is no image to it: `imread` gives
# None, as it does for WebP and ZSTD in a TIFF. Of JPEG 2000, JPEG XL and PNG in a TIFF, which GDAL
# and microscopes write, it gives an array of the right size, all zero: the decoding of each strip
# failed, and that is only a line on stderr. A check for None passes.
# Found in opencv-python-headless 5.0.0.93, modules/imgcodecs/src/grfmt_tiff.cpp
# (TiffDecoder::readData); written by tifffile 2026.3.3 with imagecodecs 2026.3.6.
. "$(dirname "$0")/common.sh"

packages opencv-python-headless==5.0.0.93 tifffile==2026.3.3 imagecodecs==2026.3.6 numpy==2.4.6

expected <<'END'
deflate: (64, 64, 3) of [30, 40, 200]
zstd: None
webp: None
jpeg2000: (64, 64, 3) of [0, 0, 0]
jpegxl: (64, 64, 3) of [0, 0, 0]
png: (64, 64, 3) of [0, 0, 0]
END

program <<'END'
import cv2
import numpy as np
import tifffile

array = np.full((64, 64, 3), (200, 40, 30), np.uint8)
for compression in ("deflate", "zstd", "webp", "jpeg2000", "jpegxl", "png"):
    tifffile.imwrite("image.tif", array, photometric="rgb", compression=compression)
    read = cv2.imread("image.tif")
    what = None if read is None else f"{read.shape} of {read[0, 0].tolist()}"
    print(f"{compression}: {what}")
END

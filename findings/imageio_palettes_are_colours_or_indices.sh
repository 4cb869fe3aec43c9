#!/bin/sh
# One would guess that one image with a palette is read in one way. imageio and scikit-image give
# its colours from PNG and BMP, and its indices from TIFF, which tifffile reads. Pillow gives
# indices of all, and OpenCV colours of all. A mask of labels is such an image: moved
# from TIFF to PNG, to be looked at in a browser, it has three dimensions and no labels.
# Found in imageio 2.38.1, imageio/plugins/pillow.py (_apply_transforms) and plugins/tifffile_v3.py.
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 scikit-image==0.26.0 tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6 \
    opencv-python-headless==5.0.0.93

expected <<'END'
labels.png: Pillow 3, OpenCV [10, 20, 30], imageio [10, 20, 30], scikit-image [10, 20, 30]
labels.bmp: Pillow 3, OpenCV [10, 20, 30], imageio [10, 20, 30], scikit-image [10, 20, 30]
labels.tif: Pillow 3, OpenCV [10, 20, 30], imageio 3, scikit-image 3
END

program <<'END'
import cv2
import imageio.v3 as iio
import numpy
import skimage
from PIL import Image

labels = Image.new("P", (8, 6), 3)
labels.putpalette([0] * 9 + [10, 20, 30])
readers = {
    "Pillow": lambda name: numpy.asarray(Image.open(name)),
    "OpenCV": lambda name: cv2.imread(name, cv2.IMREAD_UNCHANGED)[..., ::-1],
    "imageio": iio.imread,
    "scikit-image": skimage.io.imread,
}
for name in ("labels.png", "labels.bmp", "labels.tif"):
    labels.save(name)
    seen = (f"{reader} {read(name)[0, 0].tolist()}" for reader, read in readers.items())
    print(f"{name}:", ", ".join(seen))
END

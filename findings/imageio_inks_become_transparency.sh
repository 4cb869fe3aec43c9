#!/bin/sh
# One would guess that a photo in CMYK is read as its colours, or that what is written of it is the
# same picture. imageio gives four inks, as an array of height, width and 4, which everything else
# takes for red, green, blue and alpha: as PNG, the black ink is the opacity. What has little black
# in it, the light of a photo, is not to be seen. scikit-image reads by imageio, and its
# `rgba2rgb` makes it white. `mode="RGB"` gives colours, but not of TIFF, which tifffile reads.
# Photos from print are CMYK, some of them in each large collection of JPEG.
# Found in imageio 2.38.1, imageio/plugins/pillow.py, and scikit-image 0.26.0.
. "$(dirname "$0")/common.sh"

packages imageio==2.38.1 scikit-image==0.26.0 tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6

expected <<'END'
shown: (0, 255, 255)
photo.jpg, imageio.v3: (16, 16, 4), copied as PNG RGBA, (255, 0, 0, 0)
photo.jpg, skimage.io: (16, 16, 4), copied as PNG RGBA, (255, 0, 0, 0)
photo.tif, imageio.v3: (16, 16, 4), copied as PNG RGBA, (255, 0, 0, 0)
photo.tif, skimage.io: (16, 16, 4), copied as PNG RGBA, (255, 0, 0, 0)
rgba2rgb: [1.0, 1.0, 1.0]
mode="RGB": [0, 255, 255]
END

program <<'END'
import imageio.v3 as iio
import skimage
from PIL import Image

cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
print("shown:", cyan.convert("RGB").getpixel((0, 0)))
for name in ("photo.jpg", "photo.tif"):
    cyan.save(name)
    for reader in (iio, skimage.io):
        pixels = reader.imread(name)
        iio.imwrite("copy.png", pixels)
        copy = Image.open("copy.png")
        print(f"{name}, {reader.__name__}: {pixels.shape}, copied as PNG {copy.mode},",
              copy.getpixel((0, 0)))
print("rgba2rgb:", skimage.color.rgba2rgb(skimage.io.imread("photo.jpg"))[0, 0].tolist())
print('mode="RGB":', iio.imread("photo.jpg", mode="RGB")[0, 0].tolist())
END

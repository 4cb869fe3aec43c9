#!/bin/sh
# One would guess that `cv2.imread` turns a photo by its orientation in each format that has one.
# It turns JPEG, PNG and WebP. AVIF has its orientation in a property of its own (irot), which is
# not looked at: the photo lies on its side. A TIFF with an orientation that swaps width and height
# is not read at all: `imread` returns None with each flag, where `imreadmulti` reads and turns it.
# A photo that was logged as AVIF to save space enters a model on its side.
# Found in opencv-python-headless 5.0.0.93 (modules/imgcodecs/src/loadsave.cpp and grfmt_avif.cpp).
. "$(dirname "$0")/common.sh"

packages opencv-python-headless==5.0.0.93 pillow==13.0.0 numpy==2.4.6

expected <<'END'
photo.jpg: Pillow (20, 40), OpenCV (20, 40)
photo.png: Pillow (20, 40), OpenCV (20, 40)
photo.webp: Pillow (20, 40), OpenCV (20, 40)
photo.avif: Pillow (20, 40), OpenCV (40, 20)
photo.tif: Pillow (20, 40), OpenCV None
photo.tif: OpenCV's imreadmulti (20, 40)
END

program <<'END'
import cv2
from PIL import ExifTags, Image, ImageOps


def size(array):
    return None if array is None else (array.shape[1], array.shape[0])


for name in ("photo.jpg", "photo.png", "photo.webp", "photo.avif", "photo.tif"):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (40, 20)).save(name, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(name)).size
    print(f"{name}: Pillow {upright}, OpenCV {size(cv2.imread(name))}")
print("photo.tif: OpenCV's imreadmulti", size(cv2.imreadmulti("photo.tif")[1][0]))
END

#!/bin/sh
# One would guess that EXIF goes with an image, as its profile and its resolution do. It does for
# images from JPEG, PNG, WebP and AVIF: a converted, scaled or pickled image has it. The EXIF of a
# TIFF lies in the opened file's object alone: `convert`, `resize`, `copy`, `exif_transpose` and
# a pickle give images without it, and `exif=image.getexif()` after them writes none.
# To take it before them, and to give it to `save`, keeps it.
# A scan that is made smaller and logged has lost who took it, and when.
# Found in Pillow 13.0.0, PIL/TiffImagePlugin.py (no info["exif"]) and PIL/Image.py (getexif).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
scan.jpg, artist known after: opened, copy, convert, resize, exif_transpose, pickle
scan.png, artist known after: opened, copy, convert, resize, exif_transpose, pickle
scan.webp, artist known after: opened, copy, convert, resize, exif_transpose, pickle
scan.avif, artist known after: opened, copy, convert, resize, exif_transpose, pickle
scan.tif, artist known after: opened
small.png: Ada
END

program <<'END'
import pickle

from PIL import ExifTags, Image, ImageOps

exif = Image.Exif()
exif[ExifTags.Base.Artist] = "Ada"
ways = {
    "opened": lambda image: image,
    "copy": lambda image: image.copy(),
    "convert": lambda image: image.convert("L"),
    "resize": lambda image: image.resize((8, 8)),
    "exif_transpose": ImageOps.exif_transpose,
    "pickle": lambda image: pickle.loads(pickle.dumps(image)),
}
for name in ("scan.jpg", "scan.png", "scan.webp", "scan.avif", "scan.tif"):
    Image.new("RGB", (16, 16)).save(name, exif=exif)
    images = {what: way(Image.open(name)) for what, way in ways.items()}
    known = [what for what, image in images.items() if ExifTags.Base.Artist in image.getexif()]
    print(f"{name}, artist known after:", ", ".join(known))
image = Image.open("scan.tif")
image.resize((8, 8)).save("small.png", exif=image.getexif())
print("small.png:", Image.open("small.png").getexif().get(ExifTags.Base.Artist))
END

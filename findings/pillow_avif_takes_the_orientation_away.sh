#!/bin/sh
# One would guess that `save` changes neither the image nor what is given to it. To save AVIF,
# Pillow takes the orientation out of the given `Exif`, to write it in AVIF's own way. What
# `image.getexif()` gives is the image's own: after `save("a.avif", exif=image.getexif())` the
# image has no orientation. The AVIF is right, and what is saved or turned after it lies on its
# side. `exif=image.getexif().tobytes()` leaves it as it is.
# Who logs a photo in several formats gets a right one or a wrong one by their order.
# Found in Pillow 13.0.0, PIL/AvifImagePlugin.py (_save: exif_data.pop).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
['a.jpg', 'b.jpg'], exif: Exif
    a.jpg: shown as (20, 40)
    b.jpg: shown as (20, 40)
    the image, turned by its orientation: (20, 40)
['a.avif', 'b.jpg'], exif: Exif
    a.avif: shown as (20, 40)
    b.jpg: shown as (40, 20)
    the image, turned by its orientation: (40, 20)
['a.avif', 'b.jpg'], exif: bytes
    a.avif: shown as (20, 40)
    b.jpg: shown as (20, 40)
    the image, turned by its orientation: (20, 40)
END

program <<'END'
from PIL import ExifTags, Image, ImageOps

exif = Image.Exif()
exif[ExifTags.Base.Orientation] = 6
Image.new("RGB", (40, 20)).save("photo.jpg", exif=exif)


def shown(image):
    return ImageOps.exif_transpose(image).size


def say(names, as_bytes):
    image = Image.open("photo.jpg")
    print(f"{names}, exif: {'bytes' if as_bytes else 'Exif'}")
    for name in names:
        image.save(name, exif=image.getexif().tobytes() if as_bytes else image.getexif())
        print(f"    {name}: shown as {shown(Image.open(name))}")
    print("    the image, turned by its orientation:", shown(image))


say(["a.jpg", "b.jpg"], as_bytes=False)
say(["a.avif", "b.jpg"], as_bytes=False)
say(["a.avif", "b.jpg"], as_bytes=True)
END

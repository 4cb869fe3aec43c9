#!/bin/sh
# One would guess that `exif=image.getexif()` keeps a photo upright, as it does for each format of
# Pillow. pillow-heif looks for the orientation in bytes. An `Exif` has no `startswith`; that error
# is caught, and the photo counts as upright. The file gets no `irot` property, by which HEIF is
# turned, and the tag in its EXIF is not looked at: read back, it is 1. The photo lies on its side.
# Without `exif=`, and with `exif=image.getexif().tobytes()`, it stands.
# The call is the usual one of those who log photos with what their camera said about them.
# Found in pillow-heif 1.8.1, pillow_heif/misc.py (_get_orientation).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 pillow-heif==1.8.1

expected <<'END'
exif: Exif, photo.jpg: shown as (20, 40), orientation 6
exif: Exif, photo.webp: shown as (20, 40), orientation 6
exif: Exif, photo.heic: shown as (40, 20), orientation 1
exif: bytes, photo.heic: shown as (20, 40), orientation 1
exif: not given, photo.heic: shown as (20, 40), orientation 1
END

program <<'END'
import pillow_heif
from PIL import ExifTags, Image, ImageOps

pillow_heif.register_heif_opener()
exif = Image.Exif()
exif[ExifTags.Base.Orientation] = 6
Image.new("RGB", (40, 20)).save("camera.jpg", exif=exif)
image = Image.open("camera.jpg")


def say(what, name, **options):
    image.save(name, **options)
    saved = Image.open(name)
    orientation = saved.getexif().get(ExifTags.Base.Orientation)
    shown = ImageOps.exif_transpose(saved).size
    print(f"exif: {what}, {name}: shown as {shown}, orientation {orientation}")


for name in ("photo.jpg", "photo.webp", "photo.heic"):
    say("Exif", name, exif=image.getexif())
say("bytes", "photo.heic", exif=image.getexif().tobytes())
say("not given", "photo.heic")
END

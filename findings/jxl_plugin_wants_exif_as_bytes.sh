#!/bin/sh
# One would guess that what Pillow's own encoders take as `exif` is taken by a plugin's encoder too.
# pillow-jxl-plugin calls a method of bytes on it, so the `Image.Exif` that `getexif()` gives raises
# AttributeError, where JPEG, PNG, TIFF, WebP and AVIF take it. It takes `exif.tobytes()`.
# A packager that passes metadata along works in each format until the first JPEG XL.
# Found in pillow-jxl-plugin 1.3.8, pillow_jxl/JpegXLImagePlugin.py.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 pillow-jxl-plugin==1.3.8

expected <<'END'
jpg: a caption
png: a caption
tif: a caption
webp: a caption
avif: a caption
jxl: 'Exif' object has no attribute 'startswith'
as bytes
jxl: a caption
END

program <<'END'
import pillow_jxl  # noqa: F401: it registers itself
from PIL import ExifTags, Image

image = Image.new("RGB", (16, 16))
exif = image.getexif()
exif[ExifTags.Base.ImageDescription] = "a caption"


def say(name, exif):
    try:
        image.save(f"image.{name}", exif=exif)
    except AttributeError as error:
        print(f"{name}: {error}")
        return
    read = Image.open(f"image.{name}").getexif()
    print(f"{name}:", read.get(ExifTags.Base.ImageDescription))


for name in ("jpg", "png", "tif", "webp", "avif", "jxl"):
    say(name, exif)
print("as bytes")
say("jxl", exif.tobytes())
END

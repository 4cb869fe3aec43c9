#!/bin/sh
# One would guess that one library shows one photo one way. `pymupdf.open("photo.jpg")` makes a page
# that is turned by the EXIF orientation. `pymupdf.Pixmap("photo.jpg")` and `insert_image` are not
# turned: the caller has to work out `rotate=`. PNG and TIFF are not turned by `open` either. A PDF
# of converted photos is right, and a report with inserted photos shows those of a phone on their
# side.
# Found in pymupdf 2.0 (MuPDF, source/cbz/muimg.c: the page of an image asks for its orientation).
. "$(dirname "$0")/common.sh"

packages pymupdf==2.0 pillow==13.0.0

expected <<'END'
photo.jpg: Pillow upright, open upright, Pixmap on its side, insert_image on its side
photo.png: Pillow upright, open on its side, Pixmap on its side, insert_image on its side
photo.tif: Pillow upright, open on its side, Pixmap on its side, insert_image on its side
END

program <<'END'
import pymupdf
from PIL import ExifTags, Image, ImageOps

exif = Image.Exif()
exif[ExifTags.Base.Orientation] = 6


def way(width, height):
    return "upright" if width < height else "on its side"


for name in ("photo.jpg", "photo.png", "photo.tif"):
    Image.new("RGB", (40, 20)).save(name, exif=exif)
    opened = pymupdf.open(name)[0].rect
    pixmap = pymupdf.Pixmap(name)
    page = pymupdf.open().new_page(width=100, height=100)
    page.insert_image(page.rect, filename=name)
    inserted = pymupdf.Rect(page.get_image_info()[0]["bbox"])
    print(
        f"{name}: Pillow {way(*ImageOps.exif_transpose(Image.open(name)).size)},",
        f"open {way(opened.width, opened.height)},",
        f"Pixmap {way(pixmap.width, pixmap.height)},",
        f"insert_image {way(inserted.width, inserted.height)}",
    )
END

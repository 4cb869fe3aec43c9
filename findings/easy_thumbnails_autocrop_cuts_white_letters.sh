#!/bin/sh
# One would guess that `autocrop` of a transparent image cuts off what is transparent. It lays the
# image on white, and then cuts off what is white: white letters beside a red sign, drawn for a dark
# page, are gone from the thumbnail. If all of a drawing is white, nothing is cut at all.
# `image.crop(image.getbbox())` cuts by alpha.
# Found in easy-thumbnails 2.10.1, easy_thumbnails/processors.py (autocrop).
. "$(dirname "$0")/common.sh"

packages easy-thumbnails==2.10.1 pillow==13.0.0

expected <<'END'
red sign, black letters: drawn in (10, 10, 110, 50), cut to 100 by 40, 0 white pixels left
red sign, white letters: drawn in (10, 10, 110, 50), cut to 20 by 40, 0 white pixels left
all of it white: drawn in (10, 10, 110, 50), cut to 120 by 60, 2200 white pixels left
END

program <<'END'
from easy_thumbnails.processors import autocrop
from PIL import Image

WHITE, RED, BLACK = (255, 255, 255, 255), (200, 0, 0, 255), (0, 0, 0, 255)


def logo(sign, letters, mode="RGBA"):
    image = Image.new("RGBA", (120, 60))
    image.paste(sign, (10, 10, 30, 50))
    image.paste(letters, (40, 20, 110, 40))
    return image


for what, image in (
    ("red sign, black letters", logo(RED, BLACK)),
    ("red sign, white letters", logo(RED, WHITE)),
    ("all of it white", logo(WHITE, WHITE)),
):
    cut = autocrop(image, autocrop=True)
    white = {colour: count for count, colour in cut.getcolors()}.get(WHITE, 0)
    print(f"{what}: drawn in {image.getbbox()},", end=" ")
    print(f"cut to {cut.width} by {cut.height}, {white} white pixels left")
END

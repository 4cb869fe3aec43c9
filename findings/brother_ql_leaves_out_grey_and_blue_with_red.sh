#!/bin/sh
# One would guess that `red=True`, for a printer with black and red on its tape, prints red things
# red and all else as before. As before, all that is darker than a threshold is black. With
# `red=True` black is only what is below 80 of 255 in its brightest channel. Grey, blue, green and
# navy are neither red nor that dark, and are not printed at all. `threshold` does not bring them
# back, and `dither` is not looked at: a photo loses its half tones, and a plot its blue lines,
# without a warning. Make all black that is not red, before it. The older brother_ql 0.9.4 does the
# same.
# Found in brother_ql-next 0.12.0, brother_ql/conversion.py (convert, filtered_hsv).
. "$(dirname "$0")/common.sh"

packages brother_ql-next==0.12.0 pillow==13.0.0

expected <<'END'
dots of 100 that are printed: without red; with red, black and red; also dithered
black: 100; 100 and 0; 100 and 0
grey: 100; 0 and 0; 0 and 0
blue: 100; 0 and 0; 0 and 0
green: 100; 0 and 0; 0 and 0
navy: 100; 0 and 0; 0 and 0
red: 100; 0 and 100; 0 and 100
white: 0; 0 and 0; 0 and 0
grey, threshold=1: 0 and 0
END

program <<'END'
from brother_ql.conversion import convert
from brother_ql.raster import BrotherQLRaster
from PIL import Image

WIDTH = 696


class Printer(BrotherQLRaster):
    def add_raster_data(self, *images):
        self.images = images


def dots(colour, red, **options):
    printer = Printer("QL-820NWB")
    label = "62red" if red else "62"
    convert(printer, [Image.new("RGB", (WIDTH, 50), colour)], label, red=red, rotate=0, **options)
    parts = [image.histogram()[-1] * 100 / WIDTH / image.height for image in printer.images]
    return " and ".join(f"{part:.0f}" for part in parts)


print("dots of 100 that are printed: without red; with red, black and red; also dithered")
for colour in ("black", "grey", "blue", "green", "navy", "red", "white"):
    ways = (dots(colour, False), dots(colour, True), dots(colour, True, dither=True))
    print(f"{colour}:", "; ".join(ways))
print("grey, threshold=1:", dots("grey", True, threshold=1))
END

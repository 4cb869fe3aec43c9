#!/bin/sh
# One would guess that frames of different sizes are all kept, or refused. It depends on the format:
# TIFF keeps each; WebP and AVIF raise; GIF cuts each frame to the size of the first; PNG does, too,
# on a page as large as the largest, black beside what is left. A smaller frame has the
# one before it in view beside it. Nothing is said.
# A series that grows, from thumbnail to result, shows a corner of the result.
# Found in Pillow 13.0.0, PIL/GifImagePlugin.py (_write_multiple_frames) and PIL/PngImagePlugin.py.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
red (16, 16), then blue (64, 64):
    series.tif: blue is (64, 64), from corner to corner blue, blue, blue
    series.webp: RuntimeError
    series.avif: ValueError
    series.gif: blue is (16, 16), from corner to corner blue, blue, blue
    series.png: blue is (64, 64), from corner to corner blue, black, black
red (64, 64), then blue (16, 16):
    series.tif: blue is (16, 16), from corner to corner blue, blue, blue
    series.webp: RuntimeError
    series.avif: ValueError
    series.gif: blue is (64, 64), from corner to corner blue, red, red
    series.png: blue is (64, 64), from corner to corner blue, red, red
END

program <<'END'
from PIL import Image, ImageSequence

names = {(255, 0, 0): "red", (0, 0, 255): "blue", (0, 0, 0): "black"}


def say(name, sizes):
    red, blue = (Image.new("RGB", size, colour) for size, colour in zip(sizes, ("red", "blue")))
    try:
        red.save(name, save_all=True, append_images=[blue])
    except (RuntimeError, ValueError) as error:
        print(f"    {name}: {type(error).__name__}")
        return
    *_, last = (frame.convert("RGB") for frame in ImageSequence.Iterator(Image.open(name)))
    seen = [names[last.getpixel((at, at))] for at in (0, last.width // 2, last.width - 1)]
    print(f"    {name}: blue is {last.size}, from corner to corner {', '.join(seen)}")


for sizes in (((16, 16), (64, 64)), ((64, 64), (16, 16))):
    print("red {}, then blue {}:".format(*sizes))
    for name in ("series.tif", "series.webp", "series.avif", "series.gif", "series.png"):
        say(name, sizes)
END

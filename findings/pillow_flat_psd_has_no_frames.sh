#!/bin/sh
# One would guess that an image which opens and loads has at least one frame, and that it is frame
# 0. A PSD without layers has `n_frames` 0 in Pillow and stands at frame 1; `seek(0)` raises
# EOFError. Saving all frames goes by that: GIF gets the image, and TIFF raises EOFError. A loop
# over `range(image.n_frames)` logs nothing of a designer's flattened file.
# Found in Pillow 13.0.0, PIL/PsdImagePlugin.py; the file is written by psd-tools 1.26.0.
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 psd-tools==1.26.0

expected <<'END'
RGB (255, 0, 0), n_frames 0, stands at 1
all.gif: 1 frame
all.tif: EOFError: attempt to seek outside sequence
END

program <<'END'
from PIL import Image
from psd_tools import PSDImage

PSDImage.frompil(Image.new("RGB", (8, 8), "red")).save("flat.psd")
image = Image.open("flat.psd")
print(f"{image.mode} {image.getpixel((0, 0))}, n_frames {image.n_frames}, stands at {image.tell()}")
for name in ("all.gif", "all.tif"):
    try:
        Image.open("flat.psd").save(name, save_all=True)
        print(f"{name}: {Image.open(name).n_frames} frame")
    except EOFError as error:
        print(f"{name}: EOFError: {error}")
END

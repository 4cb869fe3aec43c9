#!/bin/sh
# One would guess that `reverse_split` of the tiles that `split_image` wrote gives the image that
# was split. Tiles of a mask with a palette are right, with their palette and numbers. The merged
# image is a new one with the mode of the first tile, and gets no palette. Pillow writes it with one
# bit for each pixel: each class but 0 is 1, and all of it is black to look at. With
# `should_cleanup` the tiles are deleted by then. Grey masks come back right.
# Found in split-image 2.0.5, split_image/split.py (reverse_split).
. "$(dirname "$0")/common.sh"

packages split-image==2.0.5 pillow==13.0.0 numpy==2.4.6

expected <<'END'
with a palette: P, classes [0, 1, 2, 3], colours seen 4
    the tiles hold [0, 1, 2, 3]
    merged: P, classes [0, 1], colours seen 1
grey: L, classes [0, 1, 2, 3], colours seen 4
    the tiles hold [0, 1, 2, 3]
    merged: L, classes [0, 1, 2, 3], colours seen 4
END

program <<'END'
import numpy as np
from PIL import Image
from split_image import reverse_split, split_image


def say(what, name):
    with Image.open(name) as image:
        classes = np.unique(image).tolist()
        colours = len(image.convert("RGB").getcolors())
        print(f"{what}: {image.mode}, classes {classes}, colours seen {colours}")


classes = np.repeat(np.repeat(np.arange(4, dtype=np.uint8).reshape(2, 2), 8, 0), 8, 1)
grey = Image.fromarray(classes)
coloured = grey.copy()
coloured.putpalette([0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200])
for what, name, mask in (("with a palette", "p", coloured), ("grey", "g", grey)):
    mask.save(f"{name}.png")
    say(what, f"{name}.png")
    split_image(f"{name}.png", 2, 2, False, False, should_quiet=True)
    tiles = [f"{name}_{number}.png" for number in range(4)]
    held = sorted({value for tile in tiles for value in np.unique(Image.open(tile)).tolist()})
    print("    the tiles hold", held)
    reverse_split(tiles, 2, 2, f"{name}-merged.png", False, should_quiet=True)
    say("    merged", f"{name}-merged.png")
END

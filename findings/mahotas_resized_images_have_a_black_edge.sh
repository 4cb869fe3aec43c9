#!/bin/sh
# One would guess that a plain image, made smaller or larger, is plain. `resize_to` of mahotas asks
# for values outside of the image at the far edges, which are 0: the last row and column are black,
# at each size. So it is with `imresize` and `resize_rgb_to`. Pillow and scikit-image give a plain
# image. Sums and mean values of what was resized are too low, and a threshold finds a frame.
# Found in mahotas 1.4.19, mahotas/resize.py (resize_to) and interpolate.py (zoom).
. "$(dirname "$0")/common.sh"

packages mahotas==1.4.19 scikit-image==0.26.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
mahotas, 4 x 4: last row [0, 0, 0, 0]
Pillow, 4 x 4: last row [200, 200, 200, 200]
scikit-image, 4 x 4: last row [200, 200, 200, 200]
mahotas, 12 x 12: last row [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
Pillow, 12 x 12: last row [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]
scikit-image, 12 x 12: last row [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200]
mahotas.imresize, half: last row [0, 0, 0, 0]
mahotas.resize_rgb_to, red: last row [0, 0, 0, 0]
END

program <<'END'
import mahotas
import numpy as np
from PIL import Image
from skimage.transform import resize

grey = np.full((8, 8), 200, np.uint8)


def say(what, image):
    print(f"{what}: last row {np.asarray(image)[-1].round().astype(int).tolist()}")


for size in (4, 12):
    say(f"mahotas, {size} x {size}", mahotas.resize.resize_to(grey, (size, size)))
    say(f"Pillow, {size} x {size}", Image.fromarray(grey).resize((size, size)))
    say(f"scikit-image, {size} x {size}", resize(grey, (size, size), preserve_range=True))
say("mahotas.imresize, half", mahotas.imresize(grey, 0.5))
colours = mahotas.resize.resize_rgb_to(np.full((8, 8, 3), 200, np.uint8), (4, 4))
say("mahotas.resize_rgb_to, red", colours[:, :, 0])
END

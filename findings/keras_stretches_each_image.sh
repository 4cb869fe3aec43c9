#!/bin/sh
# One would guess that an array of 8 bits is saved as it is. `save_img` and `array_to_img` stretch
# each array from its own least to its own greatest value, also one of 8 bits: a dim image is
# bright, a white one is black, and the classes 0, 1 and 2 of a mask are 0, 127 and 255. Two frames
# cannot be compared. `scale=False` leaves the values alone. On the way back, `load_img` of a
# 16-bit image is white by default; with `color_mode="grayscale"` it has its values.
# Found in keras 3.15.1, keras/src/utils/image_utils.py (array_to_img, load_img).
. "$(dirname "$0")/common.sh"

packages keras==3.15.1 jax==0.10.2 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
dim: [10, 20, 30] is saved as [0, 127, 255]
white: [255, 255] is saved as [0]
classes: [0, 1, 2] is saved as [0, 127, 255]
dim, scale=False: [10, 20, 30] is saved as [10, 20, 30]
depth 3000, rgb: loaded as 255
depth 3000, grayscale: loaded as 3000
END

program <<'END'
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from PIL import Image


def say(what, values, **options):
    image = np.repeat(np.uint8(values), 4).reshape(1, -1, 1)
    keras.utils.save_img("image.png", image, **options)
    seen = np.unique(np.asarray(Image.open("image.png"))).tolist()
    print(f"{what}: {values} is saved as {seen}")


say("dim", [10, 20, 30])
say("white", [255, 255])
say("classes", [0, 1, 2])
say("dim, scale=False", [10, 20, 30], scale=False)
Image.new("I;16", (8, 8), 3000).save("depth.png")
for mode in ("rgb", "grayscale"):
    loaded = keras.utils.img_to_array(keras.utils.load_img("depth.png", color_mode=mode))
    print(f"depth 3000, {mode}: loaded as {loaded.max():g}")
END

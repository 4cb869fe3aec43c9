#!/bin/sh
# One would guess that a depth map of 16 bits is shown and taken alike by one component. An array of
# 16 bits is divided by 257 on its way out: distances up to 5000 are nearly black. The same values
# as an image are cut at 255 in WebP, which is the default: white. An uploaded PNG of 16 bits
# reaches the function as 255 in three channels, since `image_mode` is "RGB" and Pillow cuts it.
# Labels sent as WebP come back as labels and what lies between. `format="png", image_mode=None`
# keeps images.
# Found in gradio 6.31.0, gradio/processing_utils.py (_convert) and image_utils.py.
. "$(dirname "$0")/common.sh"

packages gradio==6.31.0 pillow==12.3.0 numpy==2.4.6

expected <<'END'
1000 everywhere,
by default:
    an array is shown as WEBP RGB, 3 to 3
    an image is shown as WEBP RGB, 255 to 255
    a PNG is taken as 255, (8, 8, 3)
    labels [0, 80, 160] have other values: True
format='png', image_mode=None:
    an array is shown as PNG L, 3 to 3
    an image is shown as PNG I;16, 1000 to 1000
    a PNG is taken as 1000, (8, 8)
    labels [0, 80, 160] have other values: False
END

program <<'END'
import gradio
import numpy as np
from gradio.data_classes import ImageData
from PIL import Image

depth = np.full((8, 8), 1000, np.uint16)
Image.fromarray(depth).save("depth.png")
labels = np.zeros((32, 32), np.uint8)
labels[::2], labels[:, ::3] = 80, 160
WAYS = {"by default": {}, "format='png', image_mode=None": {"format": "png", "image_mode": None}}


def shown(component, value):
    image = Image.open(component.postprocess(value).path)
    low, high = np.asarray(image).min(), np.asarray(image).max()
    return f"{image.format} {image.mode}, {low} to {high}"


print("1000 everywhere,")
for what, options in WAYS.items():
    component = gradio.Image(**options)
    taken = component.preprocess(ImageData(path="depth.png", orig_name="depth.png"))
    print(f"{what}:")
    print(f"    an array is shown as {shown(component, depth)}")
    print(f"    an image is shown as {shown(component, Image.fromarray(depth))}")
    print(f"    a PNG is taken as {taken.ravel()[0]}, {taken.shape}")
    sent = np.asarray(Image.open(component.postprocess(labels).path))
    print(f"    labels [0, 80, 160] have other values: {not np.isin(sent, [0, 80, 160]).all()}")
END

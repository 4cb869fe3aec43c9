#!/bin/sh
# One would guess that an array of 8 bits, laid over a map, is shown in its colours. Without alpha,
# a layer of ones is added to it, which makes it an array of floats; and of floats each channel is
# stretched until its own maximum is 255: red, green and blue by different factors, so that what is
# all brown is white. The same array with alpha is left alone. Of floats alpha is stretched too:
# half transparent is opaque. Give 8-bit RGBA, or a file.
# Found in folium 0.20.0 with branca 0.8.2, branca/utilities.py (write_png).
. "$(dirname "$0")/common.sh"

packages folium==0.20.0 branca==0.8.2 numpy==2.4.6 Pillow==13.0.0

expected <<'END'
RGB, 8 bits: (120, 60, 30) becomes (255, 255, 255, 255)
RGBA, 8 bits: (120, 60, 30, 128) becomes (120, 60, 30, 128)
RGBA, floats: (120, 60, 30, 128) becomes (255, 255, 255, 255)
END

program <<'END'
import base64
import io

import folium
import numpy as np
from PIL import Image


def say(what, color, scale=None):
    array = np.full((8, 8, len(color)), color, np.uint8)
    if scale:
        array = array / scale
    overlay = folium.raster_layers.ImageOverlay(array, bounds=[[0, 0], [1, 1]])
    shown = Image.open(io.BytesIO(base64.b64decode(overlay.url.partition(",")[2])))
    print(f"{what}: {color} becomes {shown.getpixel((0, 0))}")


say("RGB, 8 bits", (120, 60, 30))
say("RGBA, 8 bits", (120, 60, 30, 128))
say("RGBA, floats", (120, 60, 30, 128), 255)
END

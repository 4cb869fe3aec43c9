#!/bin/sh
# One would guess that `rerun.Image`, which takes PIL images, shows them as they look. It takes the
# numbers of `numpy.asarray`, and tells the colours by how many channels there are, without a
# warning. The index of a palette is a grey, YCbCr and HSV are red, green and blue, and the last ink
# of CMYK is the alpha. So the same orange is black, purple, cyan or invisible. With
# `rerun.Image(image.convert("RGB"))` it is orange.
# Found in rerun-sdk 0.41.0, rerun/archetypes/image_ext.py (_to_numpy, ImageExt.__init__).
. "$(dirname "$0")/common.sh"

packages rerun-sdk==0.41.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
RGB: shown as RGB, [255, 128, 0]
RGBA: shown as RGBA, [255, 128, 0, 255]
P: shown as L, [0]
YCbCr: shown as RGB, [151, 42, 201]
HSV: shown as RGB, [21, 255, 255]
CMYK: shown as RGBA, [0, 127, 255, 0]
END

program <<'END'
import warnings

import rerun
from PIL import Image
from rerun.datatypes import ColorModel

warnings.simplefilter("error")
orange = Image.new("RGB", (4, 4), (255, 128, 0))
images = {mode: orange.convert(mode) for mode in ("RGB", "RGBA", "P", "YCbCr", "HSV", "CMYK")}
images["P"] = orange.quantize(4)
for mode, image in images.items():
    logged = rerun.Image(image)
    model = ColorModel(logged.format.as_arrow_array().to_pylist()[0]["color_model"])
    values = logged.buffer.as_arrow_array().to_pylist()[0]
    channels = len(values) // 16
    print(f"{mode}: shown as {model.name}, {list(values[:channels])}")
END

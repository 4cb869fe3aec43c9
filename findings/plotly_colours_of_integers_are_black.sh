#!/bin/sh
# One would guess that values from 0 to 255 look the same, whatever integers hold them.
# `px.imshow` takes the greatest value that the type can hold for white. A mean of colour images,
# which NumPy gives in 64 bits, is black; so are 16 and 32 bits. As floats the same values are
# guessed to end at 255, and right. Grey images take another way and are not black. Who logs a
# figure of averaged frames logs a black picture.
# Found in plotly 7.1.0, plotly/express/_imshow.py (_infer_zmax_from_type).
. "$(dirname "$0")/common.sh"

packages plotly==7.1.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
uint8: [250, 150, 50] is shown as (250, 150, 50)
mean in int64: [240, 140, 40] is shown as (0, 0, 0)
mean in uint16: [240, 140, 40] is shown as (0, 0, 0)
mean in float64: [240.0, 140.0, 40.0] is shown as (240, 140, 40)
in int64 with zmax=255: (240, 140, 40)
END

program <<'END'
import base64
import io

import numpy
import plotly.express
from PIL import Image


def shown(array, **options):
    figure = plotly.express.imshow(array, **options)
    content = base64.b64decode(figure.data[0].source.split(",")[1])
    return Image.open(io.BytesIO(content)).getpixel((0, 0))


first = numpy.full((8, 8, 3), (250, 150, 50), numpy.uint8)
second = numpy.full((8, 8, 3), (230, 130, 30), numpy.uint8)
total = first.astype(int) + second
print(f"uint8: {first[0, 0].tolist()} is shown as {shown(first)}")
for mean in (total // 2, (total // 2).astype(numpy.uint16), total / 2):
    print(f"mean in {mean.dtype}: {mean[0, 0].tolist()} is shown as {shown(mean)}")
print(f"in int64 with zmax=255: {shown(total // 2, zmin=0, zmax=255)}")
END

#!/bin/sh
# One would guess that an image of two bands, as radar has them, is refused as PNG, since PNG has
# one or three. The mask is added as a last band, and three bands are colours: the mask is blue.
# All that is valid is bright blue, and where there is nothing it is not transparent. One band and
# three bands have their mask as alpha. JPEG refuses two bands, and four bands as JPEG are taken
# for the inks of CMYK. Without a mask (`add_mask=False`) PNG takes the second band for alpha.
# Found in rio-tiler 9.4.12, rio_tiler/utils.py (render).
. "$(dirname "$0")/common.sh"

packages rio-tiler==9.4.12 rasterio==1.4.4 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
bands of [60]
    PNG: LA (60, 255), masked (60, 0)
    PNG, False: L 60, masked 60
    JPEG: L 60, masked 60
bands of [60, 120]
    PNG: RGB (60, 120, 255), masked (60, 120, 0)
    PNG, False: LA (60, 120), masked (60, 120)
    JPEG: InvalidFormat
bands of [60, 120, 180]
    PNG: RGBA (60, 120, 180, 255), masked (60, 120, 180, 0)
    PNG, False: RGB (60, 120, 180), masked (60, 120, 180)
    JPEG: RGB (60, 120, 180), masked (60, 120, 180)
bands of [60, 120, 180, 240]
    PNG: InvalidFormat
    PNG, False: RGBA (60, 120, 180, 240), masked (60, 120, 180, 240)
    JPEG: CMYK (195, 135, 75, 15), masked (195, 135, 75, 15)
END

program <<'END'
import io

import numpy as np
from PIL import Image
from rio_tiler.models import ImageData

for bands in (1, 2, 3, 4):
    mask = np.zeros((bands, 8, 8), bool)
    mask[:, 0, 0] = True
    data = np.stack([np.full((8, 8), 60 * (band + 1), np.uint8) for band in range(bands)])
    image = ImageData(np.ma.array(data, mask=mask))
    print(f"bands of {data[:, 4, 4].tolist()}")
    for options in ({"img_format": "PNG"}, {"img_format": "PNG", "add_mask": False},
                    {"img_format": "JPEG"}):
        try:
            read = Image.open(io.BytesIO(image.render(**options)))
            seen = f"{read.mode} {read.getpixel((4, 4))}, masked {read.getpixel((0, 0))}"
        except Exception as error:
            seen = type(error).__name__
        print(f"    {', '.join(map(str, options.values()))}: {seen}")
END

#!/bin/sh
# One would guess that an ENVI file has the same values by each way to read it. `load`, which gives
# the whole image, makes 32-bit floats of all: the number 16777217 of a parcel is that of its
# neighbour. Where the header has a reflectance scale factor, `image[...]` and `load` divide by it,
# while `open_memmap` gives what is stored, as GDAL does. Code that goes over to the memory map
# because a scene has become too large computes with values ten thousand times as large.
# Found in spectral 0.25, spectral/io/spyfile.py (SpyFile.load, SpyFile.open_memmap).
. "$(dirname "$0")/common.sh"

packages spectral==0.25 rasterio==1.4.4 numpy==2.4.6

expected <<'END'
numbers of parcels:
    image[:, :]: [16777216, 16777217], int32
    load: [16777216.0, 16777216.0], float32
    open_memmap: [16777216, 16777217], int32
    GDAL: [16777216, 16777217], int32
a scale factor of 10000:
    image[:, :]: [0.1, 0.5], float64
    load: [0.10000000149011612, 0.5], float32
    open_memmap: [1000, 5000], uint16
    GDAL: [1000, 5000], uint16
END

program <<'END'
import warnings

import numpy as np
import rasterio
from spectral.io import envi

warnings.simplefilter("ignore")


def say(what, values, **options):
    envi.save_image("image.hdr", np.array(values).reshape(1, 2, 1), **options)
    image = envi.open("image.hdr")
    with rasterio.open("image.img") as read:
        gdal = read.read()
    ways = {
        "image[:, :]": image[:, :],
        "load": image.load(),
        "open_memmap": image.open_memmap(),
        "GDAL": gdal,
    }
    print(f"{what}:")
    for way, array in ways.items():
        print(f"    {way}: {np.asarray(array).ravel().round(4).tolist()}, {array.dtype}")


say("numbers of parcels", [16777216, 16777217], dtype=np.int32)
factor = {"reflectance scale factor": 10000}
say("a scale factor of 10000", [1000, 5000], dtype=np.uint16, metadata=factor, force=True)
END

#!/bin/sh
# One would guess that a masked array is written with its mask, or with the values below it. Where
# the file has no nodata value, what is masked becomes NumPy's number for it, 999999, as far as it
# fits: 63 in 8 bits, 16959 in 16, and 1e20 in floats. All pixels of the file are valid, so that
# clouds which were masked are read as a dark grey. With `masked=True`, or a nodata value, they stay
# masked. Nothing warns.
# Found in rasterio 1.4.4, rasterio/_io.pyx (DatasetWriterBase.write).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 numpy==2.4.6

expected <<'END'
values [100, 100, 100], valid [False, True, True]
uint8: values [63, 100, 100], valid [True, True, True]
uint16: values [16959, 100, 100], valid [True, True, True]
int16: values [16959, 100, 100], valid [True, True, True]
float32: values [1.0000000200408773e+20, 100.0, 100.0], valid [True, True, True]
uint8, masked=True: values [100, 100, 100], valid [False, True, True]
uint8, nodata=0: values [0, 100, 100], valid [False, True, True]
END

program <<'END'
import numpy as np
import rasterio
from rasterio.transform import from_origin

PROFILE = {
    "driver": "GTiff", "width": 3, "height": 1, "count": 1,
    "crs": "EPSG:32632", "transform": from_origin(500000, 5000000, 10, 10),
}  # fmt: skip


def say(what, dtype, nodata=None, **options):
    scene = np.ma.masked_array(np.full((1, 3), 100, dtype), mask=[[True, False, False]])
    with rasterio.open("scene.tif", "w", dtype=dtype, nodata=nodata, **PROFILE) as written:
        written.write(scene, 1, **options)
    with rasterio.open("scene.tif") as read:
        values, valid = read.read(1)[0], read.dataset_mask()[0] > 0
    print(f"{dtype}{what}: values {values.tolist()}, valid {valid.tolist()}")


print("values [100, 100, 100], valid [False, True, True]")
for dtype in ("uint8", "uint16", "int16", "float32"):
    say("", dtype)
say(", masked=True", "uint8", masked=True)
say(", nodata=0", "uint8", nodata=0)
END

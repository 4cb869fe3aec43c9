#!/bin/sh
# One would guess that GDAL, which cuts what does not fit a band and rounds what is between, does so
# when rasterio writes. rasterio makes the array one of the band's type first, as NumPy casts it: in
# 8 bits 300 is 44, and 99.9 is 99. The same array that `reproject` writes is cut at 255, and
# rounded. A brightened scene has dark spots where it is brightest, but not after it was
# reprojected. Nothing warns.
# Found in rasterio 1.4.4, rasterio/_io.pyx (DatasetWriterBase.write) and _warp.pyx (_reproject).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 numpy==2.4.6

expected <<'END'
[300, 256, 1, 99] as uint8: write [44, 0, 1, 99], reproject [255, 255, 1, 99]
[0.4, 0.9, 99.4, 99.9] as uint8: write [0, 0, 99, 99], reproject [0, 1, 99, 100]
[70000, -40000, 0, 1] as int16: write [4464, 25536, 0, 1], reproject [32767, -32768, 0, 1]
END

program <<'END'
import numpy as np
import rasterio
from rasterio.transform import from_origin
from rasterio.warp import reproject

PLACE = {"crs": "EPSG:32632", "transform": from_origin(500000, 5000000, 10, 10)}
SIZE = {"driver": "GTiff", "width": 4, "height": 1, "count": 1}


def written(scene, dtype):
    with rasterio.open("written.tif", "w", dtype=dtype, **SIZE, **PLACE) as file:
        file.write(scene, 1)
    with rasterio.open("written.tif") as file:
        return file.read(1)[0].tolist()


def reprojected(scene, dtype):
    result = np.zeros((1, 4), dtype)
    reproject(
        scene, result, src_crs=PLACE["crs"], dst_crs=PLACE["crs"],
        src_transform=PLACE["transform"], dst_transform=PLACE["transform"],
    )  # fmt: skip
    return result[0].tolist()


for values, dtype in (
    (np.array([[300, 256, 1, 99]], np.int32), "uint8"),
    (np.array([[0.4, 0.9, 99.4, 99.9]]), "uint8"),
    (np.array([[70000, -40000, 0, 1]], np.int32), "int16"),
):
    print(f"{values[0].tolist()} as {dtype}:", end=" ")
    print(f"write {written(values, dtype)}, reproject {reprojected(values, dtype)}")
END

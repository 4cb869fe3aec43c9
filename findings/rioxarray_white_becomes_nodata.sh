#!/bin/sh
# One would guess that an image without a nodata value has none after it was reprojected, or 0 where
# there is nothing, as with rasterio and gdalwarp. `rio.reproject` takes the greatest value of the
# type: what lies outside is white, and 255 is nodata in the file that is written. White pixels of
# the image, such as snow and clouds, are nodata from then on, and are left out of statistics and
# mosaics. `rio.clip` and `rio.pad_box` of the same image fill with 0, and set no nodata.
# Found in rioxarray 0.19.0, rioxarray/raster_array.py (_NODATA_DTYPE_MAP).
. "$(dirname "$0")/common.sh"

packages rioxarray==0.19.0 rasterio==1.4.4 xarray==2026.9.0 shapely==2.2.0 \
    numpy==2.4.6

expected <<'END'
the scene: [255, 0, 100, 100], nodata None, 16 pixels valid
rio.reproject: [255, 255, 0, 100, 100], nodata 255.0, 12 pixels valid
rio.pad_box: [0, 255, 0, 100, 100], nodata None, 20 pixels valid
rio.clip: [0, 0, 100, 100], nodata None, 16 pixels valid
rasterio.warp.reproject: [0, 255, 0, 100, 100], nodata None, 20 pixels valid
END

program <<'END'
import numpy as np
import rasterio
import rioxarray
from rasterio.transform import from_origin
from rasterio.warp import reproject
from shapely.geometry import box

PROFILE = {
    "driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8",
    "crs": "EPSG:32632", "transform": from_origin(500000, 5000000, 10, 10),
}  # fmt: skip
with rasterio.open("scene.tif", "w", **PROFILE) as scene:
    scene.write(np.tile(np.array([255, 0, 100, 100], np.uint8), (4, 1)), 1)


def say(what, image=None):
    if image is not None:
        image.rio.to_raster("result.tif")
    with rasterio.open("result.tif") as read:
        valid = np.count_nonzero(read.dataset_mask())
        print(f"{what}: {read.read(1)[0].tolist()}, nodata {read.nodata}, {valid} pixels valid")


scene = rioxarray.open_rasterio("scene.tif")
say("the scene", scene)
moved = {"transform": from_origin(499990, 5000000, 10, 10), "shape": (4, 5)}
say("rio.reproject", scene.rio.reproject("EPSG:32632", **moved))
say("rio.pad_box", scene.rio.pad_box(499990, 4999960, 500040, 5000000))
say("rio.clip", scene.rio.clip([box(500010, 4999960, 500040, 5000000)], drop=False))
profile = PROFILE | {"transform": moved["transform"], "width": 5}
with rasterio.open("scene.tif") as read, rasterio.open("result.tif", "w", **profile) as written:
    reproject(rasterio.band(read, 1), rasterio.band(written, 1))
say("rasterio.warp.reproject")
END

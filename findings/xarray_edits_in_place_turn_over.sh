#!/bin/sh
# One would guess that `image[:] = image * 100` is saved as `image = image * 100` is. An image that
# was read keeps how its file packs numbers: here 16 bits with a factor of 0.01, as satellite data
# has it. What is computed anew forgets it, and is saved as floats. What is changed in place is
# packed as in the file that was read: a value that does not fit turns over, and 1000 is -310.72. So
# it is in a GeoTIFF, with rioxarray. Nothing warns. Clear `.encoding` before.
# Found in xarray 2026.9.0, xarray/conventions.py (encode_cf_variable) and coding/variables.py.
. "$(dirname "$0")/common.sh"

packages xarray==2026.9.0 netcdf4==1.7.5.1.post1 rioxarray==0.19.0 rasterio==1.4.4 numpy==2.4.6

expected <<'END'
anew: [[0.0, 1000.0, 2000.0]]
in_place: [[0.0, -310.72, 33.92]]
in_place_without_encoding: [[0.0, 1000.0, 2000.0]]
anew.tif, times 2: [nan, 200.0, 400.0]
in_place.tif, times 2: [0, 200, 144]
END

program <<'END'
import numpy as np
import rioxarray
import xarray

FACTOR = {"dtype": "int16", "scale_factor": 0.01, "_FillValue": -32768}
xarray.Dataset({"image": (("y", "x"), [[0.0, 10.0, 20.0]])}).to_netcdf(
    "packed.nc", encoding={"image": FACTOR}
)


def anew(scene):
    return scene.assign(image=scene["image"] * 100)


def in_place(scene):
    scene["image"][:] = scene["image"] * 100
    return scene


def in_place_without_encoding(scene):
    scene["image"].encoding = {}
    return in_place(scene)


for change in (anew, in_place, in_place_without_encoding):
    scene = xarray.load_dataset("packed.nc")
    change(scene).to_netcdf("changed.nc")
    print(f"{change.__name__}: {xarray.load_dataset('changed.nc')['image'].values.tolist()}")

image = xarray.DataArray(np.array([[0, 100, 200]], np.uint8), dims=("y", "x"))
image.rio.write_nodata(0).rio.to_raster("scene.tif")
scene = rioxarray.open_rasterio("scene.tif", masked=True).load()
(scene * 2).rio.to_raster("anew.tif")
scene[:] = scene * 2
scene.rio.to_raster("in_place.tif")
for name in ("anew.tif", "in_place.tif"):
    print(f"{name}, times 2: {rioxarray.open_rasterio(name).values.ravel().tolist()}")
END

#!/bin/sh
# One would guess that of two scenes at one place the first is on top: the default is
# `method="first"`. Where the files have no nodata value, 0 is taken for it, though the files say
# that each pixel is valid: where the first is black, the second shows. Shadows, water and class 0
# of one scene become another's. In a photo it is done in each band alone, so that red and grey make
# a third colour.
# Found in rasterio 1.4.4, rasterio/merge.py (merge, copy_first).
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 numpy==2.4.6

expected <<'END'
red.tif is (200, 0, 0), all valid: True
black.tif is (0, 0, 0), all valid: True
grey.tif is (90, 90, 90), all valid: True
black.tif on grey.tif: [90, 90, 90]
red.tif on grey.tif: [200, 90, 90]
grey.tif on red.tif: [90, 90, 90]
black.tif on grey.tif, nodata=255: [0, 0, 0]
END

program <<'END'
import numpy as np
import rasterio
from rasterio.merge import merge
from rasterio.transform import from_origin


def written(name, colour):
    profile = {
        "driver": "GTiff", "width": 4, "height": 4, "count": 3, "dtype": "uint8",
        "crs": "EPSG:32632", "transform": from_origin(500000, 5000000, 10, 10),
    }  # fmt: skip
    with rasterio.open(name, "w", **profile) as scene:
        scene.write(np.broadcast_to(np.reshape(colour, (3, 1, 1)), (3, 4, 4)).astype("uint8"))
    with rasterio.open(name) as scene:
        print(f"{name} is {colour}, all valid: {bool((scene.dataset_mask() == 255).all())}")


written("red.tif", (200, 0, 0))
written("black.tif", (0, 0, 0))
written("grey.tif", (90, 90, 90))
for names in (("black.tif", "grey.tif"), ("red.tif", "grey.tif"), ("grey.tif", "red.tif")):
    print(f"{names[0]} on {names[1]}: {merge(names)[0][:, 0, 0].tolist()}")
given = merge(["black.tif", "grey.tif"], nodata=255)[0]
print("black.tif on grey.tif, nodata=255:", given[:, 0, 0].tolist())
END

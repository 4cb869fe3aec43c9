#!/bin/sh
# One would guess that a square from 2 to 6 has 16 pixels in whatever draws it. COCO's own API and
# rasterio give 16. Pillow, OpenCV and scikit-image draw the border as well, and give 25; matplotlib
# gives 20. Half a pixel to the right and down, scikit-image gives 16, and the first two still 25.
# Masks drawn from COCO polygons with Pillow or OpenCV are a pixel wider and higher: for small
# objects half as large again, and neighbours overlap.
# Found in pycocotools 2.0.11, common/maskApi.c (rleFrPoly), and Pillow 13.0.0, Draw.c (polygon).
. "$(dirname "$0")/common.sh"

packages pycocotools==2.0.11 rasterio==1.4.4 shapely==2.2.0 opencv-python-headless==5.0.0.93 \
    scikit-image==0.26.0 matplotlib==3.11.2 pillow==13.0.0 numpy==2.4.6

expected <<'END'
a square from 2 to 6: pycocotools 16, rasterio 16, Pillow 25, OpenCV 25, scikit-image 25, matplotlib 20
a square from 2.5 to 6.5: pycocotools 16, rasterio 16, Pillow 25, OpenCV 25, scikit-image 16, matplotlib 16
END

program <<'END'
import cv2
import numpy as np
import rasterio.features
import shapely
from matplotlib.path import Path
from PIL import Image, ImageDraw
from pycocotools import mask as coco
from skimage.draw import polygon2mask


def masks(points):
    points = np.array(points)
    x_y = np.stack(np.meshgrid(np.arange(10), np.arange(10)), axis=-1).reshape(-1, 2)
    drawn = Image.new("1", (10, 10))
    ImageDraw.Draw(drawn).polygon(points.ravel().tolist(), fill=1)
    filled = cv2.fillPoly(np.zeros((10, 10), np.uint8), [points.astype(np.int32)], 1)
    return {
        "pycocotools": coco.decode(coco.frPyObjects([points.ravel().tolist()], 10, 10)),
        "rasterio": rasterio.features.rasterize([shapely.Polygon(points)], (10, 10)),
        "Pillow": np.asarray(drawn),
        "OpenCV": filled,
        "scikit-image": polygon2mask((10, 10), points[:, ::-1]),
        "matplotlib": Path(points).contains_points(x_y),
    }


for first, last in ((2, 6), (2.5, 6.5)):
    found = masks([(first, first), (last, first), (last, last), (first, last)])
    pixels = ", ".join(f"{name} {np.count_nonzero(mask)}" for name, mask in found.items())
    print(f"a square from {first} to {last}: {pixels}")
END

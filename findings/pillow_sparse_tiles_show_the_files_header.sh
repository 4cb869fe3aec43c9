#!/bin/sh
# One would guess that a tile which a sparse GeoTIFF leaves out is empty, or that reading it fails.
# Such a tile has offset 0. Pillow reads the pixels from there: the file's own header and directory,
# as grey noise, and then what lies behind them. GDAL and tifffile fill it with the "no data" value.
# A compressed file raises OSError instead.
# A map with holes, made a PNG by Pillow to be looked at, has pieces of other places in them.
# Found in Pillow 13.0.0, PIL/TiffImagePlugin.py (_setup), with rasterio 1.4.4, tifffile 2026.3.3.
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 tifffile==2026.3.3 pillow==13.0.0 numpy==2.4.6

expected <<'END'
GDAL: the tile that was written [200], one left out begins [7 7 7 7], ends [7 7]
tifffile: the tile that was written [200], one left out begins [7 7 7 7], ends [7 7]
Pillow: the tile that was written [200], one left out begins [73 73 42  0], ends [200 200]
The file begins [73, 73, 42, 0]
END

program <<'END'
import numpy
import rasterio
import tifffile
from PIL import Image
from rasterio.windows import Window

profile = {"driver": "GTiff", "count": 1, "dtype": "uint8", "width": 512, "height": 512}
tiles = {"tiled": True, "blockxsize": 256, "blockysize": 256, "sparse_ok": True, "nodata": 7}
with rasterio.open("map.tif", "w", **profile, **tiles) as file:
    file.write(numpy.full((1, 256, 256), 200, numpy.uint8), window=Window(0, 0, 256, 256))

with rasterio.open("map.tif") as file:
    gdal = file.read(1)
pillow = numpy.asarray(Image.open("map.tif"))
for name, pixels in (("GDAL", gdal), ("tifffile", tifffile.imread("map.tif")), ("Pillow", pillow)):
    left_out = pixels[256:, 256:]
    print(f"{name}: the tile that was written {numpy.unique(pixels[:256, :256])},",
          f"one left out begins {left_out[0, :4]}, ends {left_out[-1, -2:]}")
print("The file begins", list(open("map.tif", "rb").read(4)))
END

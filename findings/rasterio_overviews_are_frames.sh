#!/bin/sh
# One would guess that a GeoTIFF with overviews or a mask is one image to Pillow.
# Overviews are further pages of the file, so Pillow counts each as a frame, in its own size.
# A mask is a page too, of a kind that Pillow does not know: `n_frames` raises SyntaxError,
# though the image itself opens and loads. GDAL's "COG" driver builds the same overviews by itself.
# A packager that keeps all frames logs a map as an animation, or falls over one that it could show.
# Found in Pillow 13.0.0, PIL/TiffImagePlugin.py (n_frames, _setup), with rasterio 1.4.4.
. "$(dirname "$0")/common.sh"

packages rasterio==1.4.4 pillow==13.0.0 numpy==2.4.6

expected <<'END'
plain: [(64, 64)]
two overviews: [(64, 64), (32, 32), (16, 16)]
a mask: SyntaxError: unknown pixel mode
cloud-optimized: [(1024, 1024), (512, 512)]
END

program <<'END'
import numpy
import rasterio
from PIL import Image


def say(what, driver="GTiff", size=64, overviews=(), mask=False):
    profile = {"driver": driver, "count": 1, "dtype": "uint8", "width": size, "height": size}
    env = rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True)
    with env, rasterio.open("map.tif", "w", **profile) as file:
        file.write(numpy.zeros((1, size, size), numpy.uint8))
        if overviews:
            file.build_overviews(overviews)
        if mask:
            file.write_mask(True)
    image = Image.open("map.tif")
    image.load()
    try:
        frames = image.n_frames
        sizes = [image.seek(frame) or image.size for frame in range(frames)]
    except SyntaxError as error:
        sizes = f"SyntaxError: {error}"
    print(f"{what}: {sizes}")


say("plain")
say("two overviews", overviews=(2, 4))
say("a mask", mask=True)
say("cloud-optimized", driver="COG", size=1024)
END

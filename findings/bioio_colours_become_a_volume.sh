#!/bin/sh
# One would guess that an array of height, width and 3 is written as one image in colours, as by all
# that save arrays. Without an order of axes named, three axes are taken for Z, Y and X: each row of
# the image is a page, 3 pixels wide. Nothing warns, and bioio reads the same array back.
# Its documentation says so; `dim_order="YXS"` writes the image.
# Found in bioio-ome-tiff 1.4.0, bioio_ome_tiff/writers/ome_tiff_writer.py (OmeTiffWriter.save).
. "$(dirname "$0")/common.sh"

packages bioio-ome-tiff==1.4.0 bioio==3.6.0 numpy==2.4.6 Pillow==13.0.0

expected <<'END'
by default: 64 pages of L, (3, 48)
dim_order="YXS": 1 pages of RGB, (48, 64)
END

program <<'END'
import numpy as np
from bioio_ome_tiff.writers import OmeTiffWriter
from PIL import Image


def say(what, **options):
    OmeTiffWriter.save(np.zeros((64, 48, 3), np.uint8), "image.ome.tif", **options)
    image = Image.open("image.ome.tif")
    print(f"{what}: {image.n_frames} pages of {image.mode}, {image.size}")


say("by default")
say('dim_order="YXS"', dim_order="YXS")
END

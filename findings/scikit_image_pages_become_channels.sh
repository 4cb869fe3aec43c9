#!/bin/sh
# One would guess that the axes of what `imread` gives do not depend on how many pages a file has.
# scikit-image takes an axis of 3 or 4 before two others for colours and moves it to the end.
# So a TIFF of three grey pages is one colour image, of two or five pages a stack.
# Each channel is then a page: what is logged of it looks plausible, and is a mixture.
# Found in scikit-image 0.26.0, skimage/io/_io.py (imread).
. "$(dirname "$0")/common.sh"

packages scikit-image==0.26.0 tifffile==2026.3.3 pillow==13.0.0

expected <<'END'
2 grey pages: tifffile (2, 6, 8), scikit-image (2, 6, 8)
3 grey pages: tifffile (3, 6, 8), scikit-image (6, 8, 3)
4 grey pages: tifffile (4, 6, 8), scikit-image (6, 8, 4)
5 grey pages: tifffile (5, 6, 8), scikit-image (5, 6, 8)
END

program <<'END'
import skimage.io
import tifffile
from PIL import Image

for count in (2, 3, 4, 5):
    pages = [Image.new("L", (8, 6), 10 * n) for n in range(count)]
    pages[0].save("pages.tif", save_all=True, append_images=pages[1:])
    print(f"{count} grey pages: tifffile {tifffile.imread('pages.tif').shape},",
          f"scikit-image {skimage.io.imread('pages.tif').shape}")
END

#!/bin/sh
# One would guess that the mean of blocks of a plain grey image is that grey. Where the width or
# height is no multiple of the block, `downscale_local_mean` fills up with black: the last column
# and row are darker by as much as is missing, and the corner twice. `block_reduce` does so with any
# function: a least value is 0. The size is rounded up, so that nothing else tells. Pillow's
# `reduce` takes the mean of what there is. Thumbnails and counts of cells fade at two edges.
# Found in scikit-image 0.26.0, skimage/measure/block.py (block_reduce).
. "$(dirname "$0")/common.sh"

packages scikit-image==0.26.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
downscale_local_mean: [[90.0, 90.0, 90.0, 30.0], [90.0, 90.0, 90.0, 30.0], [90.0, 90.0, 90.0, 30.0], [30.0, 30.0, 30.0, 10.0]]
block_reduce, minimum, last row: [0, 0, 0, 0]
block_reduce, median, last row: [0.0, 0.0, 0.0, 0.0]
Pillow, last row: [90, 90, 90, 90]
of 9 x 9, last row: [90.0, 90.0, 90.0]
END

program <<'END'
import numpy as np
from PIL import Image
from skimage.measure import block_reduce
from skimage.transform import downscale_local_mean

grey = np.full((10, 10), 90, np.uint8)
print("downscale_local_mean:", downscale_local_mean(grey, 3).tolist())
print("block_reduce, minimum, last row:", block_reduce(grey, 3, np.min)[-1].tolist())
print("block_reduce, median, last row:", block_reduce(grey, 3, np.median)[-1].tolist())
print("Pillow, last row:", np.asarray(Image.fromarray(grey).reduce(3))[-1].tolist())
print("of 9 x 9, last row:", downscale_local_mean(grey[:9, :9], 3)[-1].tolist())
END

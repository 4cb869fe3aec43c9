#!/bin/sh
# One would guess that the two `imread` of Dask, one in dask.array and one in dask_image, read the
# same files in the same order. `dask.array.image.imread` sorts the names as texts: 1, 10, 2.
# `dask_image.imread.imread` sorts them as people count, and so do scikit-image and pims. A film
# whose frames are numbered without zeros jumps, and masks read by one do not fit photos read by the
# other. Each array has the right shape.
# Found in dask 2026.8.0, dask/array/image.py (imread), and dask-image 2026.5.0,
# dask_image/imread/__init__.py.
. "$(dirname "$0")/common.sh"

packages dask==2026.8.0 dask-image==2026.5.0 scikit-image==0.26.0 pims==0.7 pillow==13.0.0 \
    numpy==2.4.6

expected <<'END'
dask.array.image.imread: [1, 10, 11, 2, 3]
dask_image.imread.imread: [1, 2, 3, 10, 11]
skimage.io.imread_collection: [1, 2, 3, 10, 11]
pims.open: [1, 2, 3, 10, 11]
END

program <<'END'
import warnings

warnings.simplefilter("ignore")
import dask.array.image  # noqa: E402
import dask_image.imread  # noqa: E402
import pims  # noqa: E402
import skimage.io  # noqa: E402
from PIL import Image  # noqa: E402

for number in (1, 2, 3, 10, 11):
    Image.new("L", (4, 4), number).save(f"frame{number}.png")


def say(what, frames):
    print(f"{what}: {[int(frame[0, 0]) for frame in frames]}")


say("dask.array.image.imread", dask.array.image.imread("frame*.png").compute())
say("dask_image.imread.imread", dask_image.imread.imread("frame*.png").compute())
say("skimage.io.imread_collection", skimage.io.imread_collection("frame*.png"))
say("pims.open", pims.open("frame*.png"))
END

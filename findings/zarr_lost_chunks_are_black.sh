#!/bin/sh
# One would guess that an image in zarr of which a part is missing cannot be read, as one whose part
# is damaged. A chunk whose file is not there is read as the fill value, 0: after a copy that was
# broken off, or with a file that an object store no longer has, the image has black squares.
# Nothing warns, in reading or in opening; parts that are all 0 are not written at all, so that a
# missing file is usual. Only another fill value, which no pixel has, tells them apart.
# Found in zarr 3.1.6, zarr/core/codec_pipeline.py (BatchedCodecPipeline.read_batch).
. "$(dirname "$0")/common.sh"

packages zarr==3.1.6 numpy==2.4.6

expected <<'END'
a chunk is missing: [200, 200, 0, 0]
a chunk is cut off: RuntimeError
chunks of an image that is half black: 2 of 4
END

program <<'END'
import pathlib

import numpy as np
import zarr


def make(name, image):
    array = zarr.create_array(name, shape=(4, 4), chunks=(2, 2), dtype="uint8")
    array[:] = image
    return sorted(pathlib.Path(name, "c").rglob("[0-9]/[0-9]"))


def say(what, name):
    try:
        print(f"{what}:", zarr.open(name)[0].tolist())
    except RuntimeError as error:
        print(f"{what}:", type(error).__name__)


image = np.full((4, 4), 200, np.uint8)
make("missing.zarr", image)[1].unlink()
say("a chunk is missing", "missing.zarr")
cut_off = make("cut.zarr", image)[1]
cut_off.write_bytes(cut_off.read_bytes()[:3])
say("a chunk is cut off", "cut.zarr")
image[:, 2:] = 0
print("chunks of an image that is half black:", len(make("half.zarr", image)), "of 4")
END

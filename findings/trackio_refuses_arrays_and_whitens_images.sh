#!/bin/sh
# One would guess that an image of 16 bits is refused as an array of 16 bits is ("expected
# np.uint8"), or scaled. Made a Pillow image first, it is accepted, and converted to RGBA, in which
# Pillow cuts off all above 255: a depth map is white. A float image from 0 to 1 is black.
# Found in trackio 0.43.0, trackio/media/image.py (TrackioImage._as_pil).
. "$(dirname "$0")/common.sh"

packages trackio==0.43.0 numpy==2.4.6 Pillow==12.3.0

expected <<'END'
uint16 array: Invalid value dtype, expected np.uint8, got uint16
uint16 image, 0 to 60,000: logged as [0, 255, 255, 255]
float image, 0 to 1: logged as [0, 0, 0, 1]
END

program <<'END'
import contextlib
import glob
import io
import os

import numpy as np

os.environ["TRACKIO_DIR"] = os.path.abspath("kept")
import trackio  # noqa: E402
from PIL import Image  # noqa: E402

numbers = np.array([[0, 20000, 40000, 60000]], np.uint16)
try:
    trackio.Image(numbers)
except ValueError as error:
    print("uint16 array:", error)


def say(what, array):
    before = {*glob.glob("kept/**/*.png", recursive=True)}
    with contextlib.redirect_stdout(io.StringIO()):
        trackio.init(project="project")
        trackio.log({"image": trackio.Image(Image.fromarray(array))})
        trackio.finish()
    (path,) = {*glob.glob("kept/**/*.png", recursive=True)} - before
    print(f"{what}: logged as {np.asarray(Image.open(path))[0, :, 0].tolist()}")


say("uint16 image, 0 to 60,000", numbers)
say("float image, 0 to 1", (numbers / 60000).astype(np.float32))
END

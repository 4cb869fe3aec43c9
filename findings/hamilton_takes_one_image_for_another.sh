#!/bin/sh
# One would guess that Hamilton's cache knows a PIL image by its pixels, or does not cache what it
# cannot know. It takes the image's `__dict__`, which has the mode and the size, and a marker for
# the pixels that is always the same. So the second photo of a size gets the first one's results. An
# array is known by its bytes alone: zeros of 4 by 4 are those of 2 by 8. Whoever runs a flow over
# the frames of a camera, with the cache, has one result for all of them, without an error.
# Found in apache-hamilton 1.90.0, hamilton/caching/fingerprinting.py (hash_value,
# hash_numpy_array).
. "$(dirname "$0")/common.sh"

packages apache-hamilton==1.90.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
brightest pixel is 10: the flow says 10
brightest pixel is 200: the flow says 10
of another size: the flow says 90
zeros of 4 by 4: the flow says (4, 4)
zeros of 2 by 8: the flow says (4, 4)
END

program <<'END'
import logging
import pathlib

import numpy
from hamilton import driver
from PIL import Image

logging.disable()
pathlib.Path("flow.py").write_text("""
import numpy
from PIL import Image


def brightest(image: Image.Image) -> int:
    return image.getextrema()[1]


def shape(array: numpy.ndarray) -> tuple:
    return array.shape
""")
import flow

flows = driver.Builder().with_modules(flow).with_cache(path="cache").build()
for what, image in (
    ("brightest pixel is 10", Image.new("L", (64, 64), 10)),
    ("brightest pixel is 200", Image.new("L", (64, 64), 200)),
    ("of another size", Image.new("L", (64, 32), 90)),
):
    said = flows.execute(["brightest"], inputs={"image": image})["brightest"]
    print(f"{what}: the flow says {said}")
for size in ((4, 4), (2, 8)):
    array = numpy.zeros(size, numpy.uint8)
    said = flows.execute(["shape"], inputs={"array": array})["shape"]
    print(f"zeros of {size[0]} by {size[1]}: the flow says {tuple(said)}")
END

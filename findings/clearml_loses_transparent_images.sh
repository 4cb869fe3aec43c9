#!/bin/sh
# One would guess that `report_image` logs an image with transparency, or raises. It returns; the
# image is made a JPEG later, in the background, where RGBA cannot be one: a warning in the log is
# all, and the image is not there. CMYK and grey with alpha are lost like it. What is not 8 bits is
# cast: white of one bit is 1 of 255, 1000 of 16 bits is 232, and a palette's indices are grey
# values. Floats up to 1 are scaled.
# A mask of true and false is black, and an overlay with transparency is not logged at all.
# Found in clearml 2.1.12, clearml/backend_interface/metrics/events.py (UploadEvent).
. "$(dirname "$0")/common.sh"

packages clearml==2.1.12 pillow==13.0.0 numpy==2.4.6

expected <<'END'
RGB, (200, 100, 50): RGB, (200, 100, 50)
RGBA, (200, 100, 50, 128): not there
LA, (200, 128): not there
CMYK, (200, 100, 50, 0): not there
1, 255: L, 1
I;16, 1000: L, 232
P, 3: L, 3
array of True: L, 1
END

program <<'END'
import contextlib
import logging
import os
import pathlib

import numpy
from clearml import Task
from PIL import Image

logging.disable()
images = {
    f"{mode}, {colour}": Image.new(mode, (16, 16), colour)
    for mode, colour in (
        ("RGB", (200, 100, 50)),
        ("RGBA", (200, 100, 50, 128)),
        ("LA", (200, 128)),
        ("CMYK", (200, 100, 50, 0)),
        ("1", 255),
    )
}
images["I;16, 1000"] = Image.fromarray(numpy.full((16, 16), 1000, numpy.uint16))
images["P, 3"] = Image.new("P", (16, 16), 3)
images["P, 3"].putpalette([0] * 9 + [200, 100, 50])
images["array of True"] = numpy.full((16, 16), True)
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
    Task.set_offline(True)
    task = Task.init(
        "images", "images", auto_connect_frameworks=False, auto_resource_monitoring=False
    )
    for number, image in enumerate(images.values()):
        task.get_logger().report_image("image", f"n{number}", iteration=0, image=image)
    task.flush(wait_for_uploads=True)
    task.close()
    folder = pathlib.Path(task.get_offline_mode_folder())
for number, what in enumerate(images):
    logged = [Image.open(path) for path in folder.rglob(f"image_n{number}_*")]
    seen = [f"{image.mode}, {image.getpixel((8, 8))}" for image in logged]
    print(f"{what}:", *seen or ["not there"])
END

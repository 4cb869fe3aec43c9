#!/bin/sh
# One would guess that an array of 8 bits is logged with its values. Comet stretches each array, by
# itself, from its least value to its greatest: a dark image and a bright one become the same one.
# An image of one value is middle grey, be it white or a mask that is all true; a black one is not
# logged, with a line in the log: 0 less a half is below what 8 bits hold. PIL images are logged as
# they are, and arrays with `image_minmax=(0, 255)`; only that parameter's description tells.
# What a model paints at two steps cannot be compared by looking at it.
# Found in comet-ml 3.58.8, comet_ml/convert_utils.py (array_to_image, rescale_array).
. "$(dirname "$0")/common.sh"

packages comet-ml==3.58.8 matplotlib==3.11.2 pillow==13.0.0 numpy==2.4.6

expected <<'END'
dark: from [0 0 0] to [19 19 20]
    logged: from [0 0 0] to [242 242 255]
    logged, image_minmax: from [0 0 0] to [19 19 20]
    logged, PIL: from [0 0 0] to [19 19 20]
bright: from [200 200 200] to [219 219 220]
    logged: from [0 0 0] to [242 242 255]
    logged, image_minmax: from [200 200 200] to [219 219 220]
    logged, PIL: from [200 200 200] to [219 219 220]
black: from [0 0 0] to [0 0 0]
    logged: nothing
    logged, image_minmax: from [0 0 0] to [0 0 0]
    logged, PIL: from [0 0 0] to [0 0 0]
white: from [255 255 255] to [255 255 255]
    logged: from [127 127 127] to [127 127 127]
    logged, image_minmax: from [255 255 255] to [255 255 255]
    logged, PIL: from [255 255 255] to [255 255 255]
all true: from True to True
    logged: from [127 127 127] to [127 127 127]
    logged, image_minmax: from [1 1 1] to [1 1 1]
    logged, PIL: from True to True
END

program <<'END'
import io
import json
import logging
import os
import pathlib
import zipfile

os.environ["COMET_LOGGING_CONSOLE"] = "CRITICAL"
import comet_ml
import numpy
from PIL import Image

logging.disable(logging.CRITICAL)
experiment = comet_ml.OfflineExperiment(
    project_name="images", workspace="images", offline_directory="offline", log_code=False,
    log_env_details=False, auto_output_logging=False, parse_args=False, log_graph=False,
)
ramp = numpy.linspace(0, 1, 64 * 3).reshape(8, 8, 3)
images = {
    "dark": (ramp * 20).astype(numpy.uint8),
    "bright": (200 + ramp * 20).astype(numpy.uint8),
    "black": numpy.zeros((8, 8, 3), numpy.uint8),
    "white": numpy.full((8, 8, 3), 255, numpy.uint8),
    "all true": numpy.ones((8, 8), bool),
}
for name, array in images.items():
    experiment.log_image(array, name=name)
    experiment.log_image(array, name=f"{name}, image_minmax", image_minmax=(0, 255))
    experiment.log_image(Image.fromarray(array), name=f"{name}, PIL")
experiment.end()

seen = {}
archive = zipfile.ZipFile(next(pathlib.Path("offline").glob("*.zip")))
for line in archive.read("messages.json").decode().splitlines():
    message = json.loads(line).get("payload", {})
    if "file_path" in message:
        file = io.BytesIO(archive.read(pathlib.Path(message["file_path"]).name))
        seen[message["additional_params"]["figName"]] = Image.open(file)
for name, array in images.items():
    print(f"{name}: from {array[0, 0]} to {array[-1, -1]}")
    for way in ("", ", image_minmax", ", PIL"):
        image = numpy.asarray(seen[name + way]) if name + way in seen else None
        ends = "nothing" if image is None else f"from {image[0, 0]} to {image[-1, -1]}"
        print(f"    logged{way}: {ends}")
END

#!/bin/sh
# One would guess that a dictionary with an image in it is logged as the image is: as a file.
# So it is, as .npz, when all its values are arrays and all its keys are texts. A number beside the
# image, or a label as its key, makes it a result: each pixel is a number in the run's record, which
# goes to the server. A grey image of a megapixel is 5 MB of text there.
# A handler that adds a score to the dictionary of images that it returns loses the file by it. The
# hint "**images" logs each value by itself.
# Found in mlrun 1.12.1, mlrun/package/packagers/numpy_packagers.py (NumPyNDArrayDictPackager) and
# python_standard_library_packagers.py (DictPackager).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 cloudpickle==3.1.3 numpy==1.26.4

expected <<'END'
image: 2 characters of results, files ['images.npz']
image and mask: 2 characters of results, files ['images.npz']
image and a number: 40197 characters of results, files []
image by its label: 40179 characters of results, files []
image and a number, as **images: 130 characters of results, files ['images_image.npy']
END

program <<'END'
import json
import pathlib

import mlrun
import numpy


def say(name, value, hint="images"):
    status = mlrun.new_function("images").run(
        handler=lambda: value, name="run", local=True, returns=[hint], output_path="artifacts"
    ).status
    files = [file for file in pathlib.Path("artifacts").rglob("*") if file.is_file()]
    print(f"{name}: {len(json.dumps(status.results))} characters of results,",
          f"files {[file.name for file in files]}")
    for file in files:
        file.unlink()


image = numpy.full((80, 100), 128, numpy.uint8)
say("image", {"image": image})
say("image and mask", {"image": image, "mask": image > 200})
say("image and a number", {"image": image, "score": 0.5})
say("image by its label", {7: image})
say("image and a number, as **images", {"image": image, "score": 0.5}, "**images")
END

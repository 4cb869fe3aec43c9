#!/bin/sh
# One would guess that a step that hands an image on hands on the same image. An image that was
# opened from a file is saved in that file's format with Pillow's defaults: a photo of quality 95 is
# a JPEG of quality 75 after the first step that returns it. Of an animation the next step gets one
# frame. An image of JPEG 2000 ends the step: the format's name, JPEG2000, is taken for a suffix.
# Images that a step has made itself are saved as PNG, and lose nothing.
# Found in zenml 0.98.0, zenml/integrations/pillow/materializers/pillow_image_materializer.py
# (save).
. "$(dirname "$0")/common.sh"

packages zenml==0.98.0 Pillow==13.0.0 sqlmodel==0.0.50 numpy==2.4.6

expected <<'END'
made: image_file.PNG, the same: True, frames: 1
photo.jpg: image_file.JPEG, the same: False, frames: 1
film.gif: image_file.GIF, the same: True, frames: 1
photo.jp2: ValueError unknown file extension: .jpeg2000
END

program <<'END'
import os
import tempfile

import numpy as np

os.environ.update(ZENML_CONFIG_PATH=os.path.abspath("config"), ZENML_ANALYTICS_OPT_IN="false")
from PIL import Image  # noqa: E402
from zenml.integrations.pillow.materializers import pillow_image_materializer  # noqa: E402


def say(what, image):
    folder = tempfile.mkdtemp()
    step = pillow_image_materializer.PillowImageMaterializer(uri=folder)
    before = np.asarray(image.convert("RGB"))
    try:
        step.save(image)
    except ValueError as error:
        print(f"{what}: ValueError {error}")
        return
    after = step.load(Image.Image)
    same = np.array_equal(before, np.asarray(after.convert("RGB")))
    print(f"{what}: {os.listdir(folder)[0]}, the same: {same}, ", end="")
    print(f"frames: {getattr(after, 'n_frames', 1)}")


noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
made = Image.fromarray(noise)
made.save("photo.jpg", quality=95)
made.save("photo.jp2")
frames = [Image.new("L", (8, 8), value) for value in (0, 100, 200)]
frames[0].save("film.gif", save_all=True, append_images=frames[1:], duration=100)
say("made", made)
for name in ("photo.jpg", "film.gif", "photo.jp2"):
    say(name, Image.open(name))
END

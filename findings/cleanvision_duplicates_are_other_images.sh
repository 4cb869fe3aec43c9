#!/bin/sh
# One would guess that cleanvision's exact duplicates show the same. It compares a digest of the
# bytes of `numpy.asarray(image)`, without the shape and the palette, and of the first frame. So two
# plain images of as many pixels are duplicates, whatever their width; two masks whose palettes give
# the class another colour; two arrays cut into rows of another length; and two animations that
# begin alike. Who deletes what it finds loses images that are in the set once.
# Found in cleanvision 0.3.7, issue_managers/duplicate_issue_manager.py (get_hash).
. "$(dirname "$0")/common.sh"

packages cleanvision==0.3.7 pillow==13.0.0 numpy==2.4.6

expected <<'END'
exact duplicates: begin_as_blue.gif, begin_as_green.gif
exact duplicates: mask_green.png, mask_red.png
exact duplicates: noise_as_128_by_32.png, noise_as_64_by_64.png
exact duplicates: plain_square.png, plain_tall.png, plain_wide.png
END

program <<'END'
import contextlib
import io
import os
import pathlib

import numpy
from PIL import Image

folder = pathlib.Path("images")
folder.mkdir()
for name, size in (("wide", (40, 10)), ("tall", (10, 40)), ("square", (20, 20))):
    Image.new("L", size, 100).save(folder / f"plain_{name}.png")
classes = numpy.zeros((64, 64), numpy.uint8)
classes[10:30, 10:40] = 1
for name, colour in (("red", (255, 0, 0)), ("green", (0, 255, 0))):
    mask = Image.fromarray(classes)
    mask.putpalette([0, 0, 0, *colour])
    mask.save(folder / f"mask_{name}.png")
noise = numpy.random.default_rng(0).integers(0, 256, 4096, numpy.uint8)
for width, height in ((64, 64), (128, 32)):
    image = Image.fromarray(noise.reshape(height, width))
    image.save(folder / f"noise_as_{width}_by_{height}.png")
for colour in ("green", "blue"):
    frames = [Image.new("RGB", (16, 16), name) for name in ("red", colour)]
    path = folder / f"begin_as_{colour}.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    from cleanvision import Imagelab

    lab = Imagelab(data_path=str(folder))
    lab.find_issues({"exact_duplicates": {}}, n_jobs=1)
for names in sorted(sorted(map(os.path.basename, names))
                    for names in lab.info["exact_duplicates"]["sets"]):
    print("exact duplicates:", ", ".join(names))
END

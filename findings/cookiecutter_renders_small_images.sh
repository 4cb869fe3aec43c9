#!/bin/sh
# One would guess that an image in a template is copied byte for byte. cookiecutter asks whether a
# file looks like a text. A raw image (PGM, PPM) with small numbers does: it is rendered, and all
# its line ends are made those of its first line, so that pixels are lost. `_copy_without_render`
# copies it. PNG and larger images are taken for what they are. An example image that a project's
# tests compare with is another one after rendering.
# Found in cookiecutter 2.7.1, cookiecutter/generate.py (generate_file), and binaryornot 0.6.0.
. "$(dirname "$0")/common.sh"

packages cookiecutter==2.7.1 binaryornot==0.6.0 pillow==13.0.0

expected <<'END'
small.pgm, copied without rendering []: 43 bytes became 35, the same: False
small.png, copied without rendering []: 79 bytes became 79, the same: True
small.pgm, copied without rendering ['*.pgm']: 43 bytes became 43, the same: True
small.png, copied without rendering ['*.pgm']: 79 bytes became 79, the same: True
END

program <<'END'
import json
import pathlib

from cookiecutter.main import cookiecutter
from PIL import Image

image = Image.new("L", (8, 4))
image.putdata([10, 13, 10, 20, 30, 13, 10, 40] * 4)
folder = pathlib.Path("template", "{{cookiecutter.slug}}")
folder.mkdir(parents=True)
for name in ("small.pgm", "small.png"):
    image.save(folder / name)
for without_render in ([], ["*.pgm"]):
    context = {"slug": "project", "_copy_without_render": without_render}
    pathlib.Path("template", "cookiecutter.json").write_text(json.dumps(context))
    rendered = cookiecutter("template", no_input=True, overwrite_if_exists=True)
    for name in ("small.pgm", "small.png"):
        before = (folder / name).read_bytes()
        after = pathlib.Path(rendered, name).read_bytes()
        print(f"{name}, copied without rendering {without_render}:",
              f"{len(before)} bytes became {len(after)}, the same: {before == after}")
END

#!/bin/sh
# One would guess that `pytest --nbval`, which runs a notebook and compares its outputs with those
# in the file, fails when a cell draws another image. It leaves PNG and JPEG out of what it
# compares, and says nothing of it, where a text or a GIF that differs fails. A notebook whose plots
# have all become empty passes. They are compared with `--nbdime`, an option for looking at what
# failed.
# Found in nbval 0.11.0, nbval/plugin.py (skip_compare of IPyNbFile).
. "$(dirname "$0")/common.sh"

packages nbval==0.11.0 ipykernel==7.4.0 nbconvert==7.17.2 pytest==9.2.0 pillow==13.0.0

expected <<'END'
a text, red in the file, now red: passed
a PIL image, red in the file, now red: passed
a JPEG, red in the file, now red: passed
a GIF, red in the file, now red: passed
a text, red in the file, now blue: failed
a PIL image, red in the file, now blue: passed
a JPEG, red in the file, now blue: passed
a GIF, red in the file, now blue: failed
END

program <<'END'
import os
import subprocess
import sys

import nbformat
from nbformat import v4

CELLS = {
    "a text": "print(colour)",
    "a PIL image": "image",
    "a JPEG": "show('JPEG')",
    "a GIF": "show('GIF')",
}
START = """
import io, os
from IPython.display import Image as Shown
from PIL import Image

colour = os.environ["COLOUR"]
image = Image.new("RGB", (8, 8), colour)


def show(format):
    content = io.BytesIO()
    image.save(content, format)
    return Shown(content.getvalue())
"""


def run(colour, *command):
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**os.environ, "COLOUR": colour}, capture_output=True, text=True,
    )


notebook = v4.new_notebook(cells=[v4.new_code_cell(text) for text in (START, *CELLS.values())])
nbformat.write(notebook, "images.ipynb")
run("red", "nbconvert", "--to", "notebook", "--execute", "--inplace", "images.ipynb")
for colour in ("red", "blue"):
    seen = run(colour, "pytest", "-q", "-rA", "--nbval", "images.ipynb").stdout
    for number, what in enumerate(CELLS, 1):
        passed = f"PASSED images.ipynb::Cell {number}" in seen
        print(f"{what}, red in the file, now {colour}: {'passed' if passed else 'failed'}")
END

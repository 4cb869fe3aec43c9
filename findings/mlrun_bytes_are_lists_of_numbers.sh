#!/bin/sh
# One would guess that a handler that returns the bytes of a PNG file logs that file, at least with
# the hint "image:file". By default the bytes are a result: their Python notation is a text in the
# run's record, three times as long. As a file they are JSON, a list of numbers, nine
# times as long, which no viewer shows. The other way fails too: an input hinted `bytes` reads only
# such lists, and refuses a PNG file. `context.log_artifact(key, body=..., format="png")` writes the
# bytes as they are. Who encodes images in memory logs none that can be looked at.
# Found in mlrun 1.12.1, mlrun/package/packagers/python_standard_library_packagers.py
# (BytesPackager).
. "$(dirname "$0")/common.sh"

packages mlrun==1.12.1 cloudpickle==3.1.3 numpy==1.26.4 pillow==13.0.0

expected <<'END'
hint image: result image, 3 times as long, b'\x89PNG\r\
hint image:file: file image.json, 9 times as long, [137, 80, 78, 71]
image.json as an input hinted bytes: the same bytes
image.png as an input hinted bytes: refused
END

program <<'END'
import contextlib
import io
import json
import pathlib

import mlrun
import numpy
from PIL import Image

pixels = numpy.random.default_rng(0).integers(0, 256, (128, 128, 3), numpy.uint8)
Image.fromarray(pixels).save("image.png")
content = pathlib.Path("image.png").read_bytes()


def run(handler, returns, inputs=None):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return mlrun.new_function("images").run(
            handler=handler, name="run", local=True, returns=[returns], inputs=inputs,
            output_path="artifacts",
        ).status


def times(length):
    return f"{length / len(content):.0f} times as long"


def compare(image: bytes):
    return image == content


for hint in ("image", "image:file"):
    results = run(lambda: content, hint).results
    files = [file for file in pathlib.Path("artifacts").rglob("*") if file.is_file()]
    for key, value in results.items():
        print(f"hint {hint}: result {key}, {times(len(value))}, {value[:12]}")
    for file in files:
        print(f"hint {hint}: file {file.name}, {times(file.stat().st_size)},",
              json.loads(file.read_text())[:4])
for file in (files[0], pathlib.Path("image.png")):
    same = run(compare, "same", {"image": str(file.absolute())}).results
    print(f"{file.name} as an input hinted bytes:", "the same bytes" if same else "refused")
END

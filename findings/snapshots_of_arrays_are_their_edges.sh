#!/bin/sh
# One would guess that a snapshot of an image as an array fails when its pixels change. syrupy, also
# its JSON extension, and approvaltests keep the array as it is printed: of more than 1,000 values,
# three at each edge and dots between them. A test of a mask, a plot or a filter passes with
# whatever is in the middle. Of the few pixels that one tries it with, all are kept. The bytes of a
# PNG, by `PNGImageSnapshotExtension`, are compared as a whole.
# Found in syrupy 7.0.2, extensions/amber/serializer.py (serialize_unknown) and extensions/json
# (_filter), and approvaltests 20.0.1, approvals.py (verify).
. "$(dirname "$0")/common.sh"

packages syrupy==7.0.2 approvaltests==20.0.1 pytest==9.2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
a mask of 64 by 64, by syrupy: passed
the same, by syrupy as JSON: passed
the same, by approvaltests: passed
the same, by syrupy as PNG: failed
its middle of 20 by 20, by syrupy: failed
END

program <<'END'
import os
import pathlib
import subprocess
import sys

pathlib.Path("test_images.py").write_text('''
import io
import os

import numpy
from approvaltests import verify
from PIL import Image
from syrupy.extensions.image import PNGImageSnapshotExtension
from syrupy.extensions.json import JSONSnapshotExtension

mask = numpy.zeros((64, 64), numpy.uint8)
mask[22:42, 22:42] = int(os.environ["CLASS"])


def test_syrupy(snapshot):
    assert snapshot == mask


def test_json(snapshot):
    assert snapshot(extension_class=JSONSnapshotExtension) == {"mask": mask}


def test_approvaltests():
    verify(mask)


def test_png(snapshot):
    content = io.BytesIO()
    Image.fromarray(mask).save(content, "PNG")
    assert snapshot(extension_class=PNGImageSnapshotExtension) == content.getvalue()


def test_middle(snapshot):
    assert snapshot == mask[22:42, 22:42]
''')


def run(value, *options):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "test_images.py", *options],
        env={**os.environ, "CLASS": value}, capture_output=True, text=True,
    ).stdout


run("1", "--snapshot-update")
for received in pathlib.Path().glob("*.received.txt"):
    received.rename(received.name.replace("received", "approved"))
seen = run("7")
for name, what in (
    ("syrupy", "a mask of 64 by 64, by syrupy"),
    ("json", "the same, by syrupy as JSON"),
    ("approvaltests", "the same, by approvaltests"),
    ("png", "the same, by syrupy as PNG"),
    ("middle", "its middle of 20 by 20, by syrupy"),
):
    print(f"{what}:", "passed" if f"PASSED test_images.py::test_{name}" in seen else "failed")
END

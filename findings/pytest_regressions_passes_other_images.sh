#!/bin/sh
# One would guess that `image_regression` of pytest-regressions, which allows a tenth of a percent
# of difference, fails for an image of another size, or whose transparency differs. It makes both
# images RGB, and compares where they overlap: a plot with a piece added at the right or below
# passes, as does an image that became transparent, and 16 bits of other values above 255, which are
# all white. A grey image's difference is divided by three channels that it does not have, so three
# times as much of it may differ. Nothing but the two files tells.
# Found in pytest-regressions 2.11.0, image_regression.py (_load_image,
# _check_images_manhattan_distance).
. "$(dirname "$0")/common.sh"

packages pytest-regressions==2.11.0 pytest==9.2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
red, then green: failed
red, then red with a green part below: passed
red, then invisible: passed
16 bits of 1000, then of 60000: passed
colours that differ in 12 pixels of 4096: failed
grey that differs in 12 pixels of 4096: passed
END

program <<'END'
import os
import pathlib
import subprocess
import sys

pathlib.Path("test_images.py").write_text('''
import os

import pytest
from PIL import Image

size = (64, 64)
red = Image.new("RGBA", size, "red")
longer = Image.new("RGBA", (64, 96), "green")
longer.paste(red)
IMAGES = {
    "hue": (red, Image.new("RGBA", size, "green")),
    "size": (red, longer),
    "alpha": (red, Image.new("RGBA", size, (255, 0, 0, 0))),
    "bits": (Image.new("I;16", size, 1000), Image.new("I;16", size, 60000)),
    "colours": (Image.new("RGB", size), Image.new("RGB", size)),
    "grey": (Image.new("L", size), Image.new("L", size)),
}
IMAGES["colours"][1].paste("white", (0, 0, 4, 3))
IMAGES["grey"][1].paste(255, (0, 0, 4, 3))


@pytest.mark.parametrize("name", list(IMAGES))
def test(name, image_regression):
    image_regression.check(IMAGES[name][int(os.environ["VERSION"])], basename=name)
''')


def run(version):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "test_images.py"],
        env={**os.environ, "VERSION": version}, capture_output=True, text=True,
    ).stdout


run("0")
seen = run("1")
for name, what in (
    ("hue", "red, then green"),
    ("size", "red, then red with a green part below"),
    ("alpha", "red, then invisible"),
    ("bits", "16 bits of 1000, then of 60000"),
    ("colours", "colours that differ in 12 pixels of 4096"),
    ("grey", "grey that differs in 12 pixels of 4096"),
):
    print(f"{what}:", "passed" if f"PASSED test_images.py::test[{name}]" in seen else "failed")
END

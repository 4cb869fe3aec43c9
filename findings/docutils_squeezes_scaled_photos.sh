#!/bin/sh
# One would guess that `:scale: 50` of an image makes it half as wide and half as high. docutils
# writes half of the stored width and height into the HTML, and does not look at the orientation. A
# browser turns a phone's photo, and then gives it that width and height: an upright photo of 200 by
# 400 is shown as 200 by 100, four times too wide for its height. With `:width:` alone it is right.
# Sphinx, which reads the size by another package, is right as well, so a trial in the project's
# documentation shows nothing.
# Found in docutils 0.22.4, docutils/writers/_html_base.py (image_size).
. "$(dirname "$0")/common.sh"

packages docutils==0.22.4 sphinx==9.0.4 imagesize==2.0.1 pillow==13.0.0

expected <<'END'
the photo, as it is shown: 200 by 400
:scale: 50 by docutils: 200 by 100
:scale: 50 by Sphinx: 100 by 200
:width: 100 by docutils: 100 by auto
:width: 100 by Sphinx: 100 by auto
END

program <<'END'
import pathlib
import re
import subprocess
import sys

from docutils.core import publish_string
from PIL import Image, ImageOps

photo = Image.new("RGB", (400, 200))
exif = photo.getexif()
exif[0x0112] = 6
photo.save("photo.jpg", exif=exif)
width, height = ImageOps.exif_transpose(Image.open("photo.jpg")).size
print(f"the photo, as it is shown: {width} by {height}")


def say(what, html):
    tag = re.search("<img[^>]*>", html)[0]
    found = [re.search(rf'{name}="([^"]*)"', tag) for name in ("width", "height")]
    print(f"{what}: {' by '.join(value[1] if value else 'auto' for value in found)}")


pathlib.Path("conf.py").touch()
for option in (":scale: 50", ":width: 100"):
    page = f"Photo\n=====\n\n.. image:: photo.jpg\n   {option}\n"
    pathlib.Path("index.rst").write_text(page)
    say(f"{option} by docutils", publish_string(page, writer="html5").decode())
    subprocess.run([sys.executable, "-m", "sphinx", "-qE", ".", "built"], check=True)
    say(f"{option} by Sphinx", pathlib.Path("built/index.html").read_text())
END

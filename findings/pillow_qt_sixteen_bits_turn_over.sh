#!/bin/sh
# One would guess that `ImageQt` shows a 16-bit image by its 16 bits, since it makes a Qt image of
# the format Grayscale16 of it, or as Qt does that opens the same file. It multiplies each value by
# 256 before: 256 is black again, 1000 is nearly white, and 60000 is a dark grey. Qt's own reader
# has the values. `fromqimage` gives 8 bits back, in RGB, also of an image that Qt holds in 16.
# A depth map in a viewer that is written with PySide6 is noise above 255.
# Found in Pillow 13.0.0, PIL/ImageQt.py (_toqclass_helper, fromqimage), with PySide6 6.12.0.
. "$(dirname "$0")/common.sh"

packages PySide6_Essentials==6.12.0 Pillow==13.0.0 numpy==2.4.6

expected <<'END'
image: I;16 [100, 255, 256, 1000, 60000]
ImageQt: Format_Grayscale16 [25600, 65280, 0, 59392, 24576], back as RGB [100, 254, 0, 231, 96]
QImage of the file: Format_Grayscale16 [100, 255, 256, 1000, 60000], back as RGB [0, 1, 1, 4, 233]
END

program <<'END'
import os

import numpy as np
from PIL import Image, ImageQt

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtGui import QImage  # noqa: E402

VALUES = [100, 255, 256, 1000, 60000]
image = Image.fromarray(np.array([VALUES], np.uint16))
image.save("depth.png")


def say(what, shown):
    greys = [shown.pixelColor(x, 0).rgba64().red() for x in range(len(VALUES))]
    back = ImageQt.fromqimage(shown)
    pixels = [back.getpixel((x, 0))[0] for x in range(len(VALUES))]
    print(f"{what}: {shown.format().name} {greys}, back as {back.mode} {pixels}")


print("image:", image.mode, VALUES)
say("ImageQt", ImageQt.ImageQt(image))
say("QImage of the file", QImage("depth.png"))
END

#!/bin/sh
# One would guess that `toarray` gives the channels of all images in one order. What came from an
# array comes back as it was given, red first. What was opened from a file comes back blue first,
# and so does a surface that was drawn on. Nothing in the array tells, and a red sign is saved blue.
# `toarray(colorType=skia.kRGBA_8888_ColorType)` gives red first from all of them.
# Found in skia-python 144.1, src/skia/Image.cpp (Image.toarray).
. "$(dirname "$0")/common.sh"

packages skia-python==144.1 pillow==13.0.0 numpy==2.4.6

expected <<'END'
red is (200, 30, 40, 255)
from an array: [200, 30, 40, 255], asked for RGBA [200, 30, 40, 255]
opened: [40, 30, 200, 255], asked for RGBA [200, 30, 40, 255]
drawn: [40, 30, 200, 255], asked for RGBA [200, 30, 40, 255]
END

program <<'END'
import numpy
import skia
from PIL import Image

RED = (200, 30, 40, 255)
photo = Image.new("RGBA", (4, 4), RED)
photo.save("photo.png")
surface = skia.Surface(4, 4)
surface.getCanvas().clear(skia.ColorSetARGB(255, *RED[:3]))
images = {
    "from an array": skia.Image.fromarray(numpy.asarray(photo)),
    "opened": skia.Image.open("photo.png"),
    "drawn": surface.makeImageSnapshot(),
}
print("red is", RED)
for what, image in images.items():
    named = image.toarray(colorType=skia.kRGBA_8888_ColorType)[0, 0]
    print(f"{what}: {image.toarray()[0, 0].tolist()}, asked for RGBA {named.tolist()}")
END

#!/bin/sh
# One would guess that an e-paper display shows an image with a palette in the palette's colours, as
# it shows the same image as RGB. Inky panels of seven colours (UC8159 and AC073TC1A) take the
# numbers of such an image for those of their inks: a GIF, a PNG made small by a palette, or what
# `quantize` gave is shown in other colours, without an error. The newer panels (E673) look at the
# palette, so the same program and picture is right on one panel and false on the next. Convert to
# RGB before `set_image`; the older panels take that with Pillow below 13. No panel is needed to see
# it: this reads the buffer that would be sent.
# Found in inky 2.6.0, inky/inky_uc8159.py, inky/inky_ac073tc1a.py, inky/inky_e673.py (set_image).
. "$(dirname "$0")/common.sh"

packages inky==2.6.0 pillow==12.3.0 numpy==2.4.6

expected <<'END'
UC8159: white, red, green, blue
    as RGB: white, red, green, blue
    as quantized: black, green, white, blue
    as GIF: black, green, white, blue
AC073TC1A: white, red, green, blue
    as RGB: white, red, green, blue
    as quantized: black, green, white, blue
    as GIF: black, green, white, blue
E673: white, red, green, blue
    as RGB: white, red, green, blue
    as quantized: white, red, green, blue
    as GIF: white, red, green, blue
END

program <<'END'
import io

import numpy as np
from inky import inky_ac073tc1a, inky_e673, inky_uc8159
from PIL import Image

COLOURS = {"white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
NAMES = ("black", "white", "green", "blue", "red", "yellow", "orange")
PANELS = {
    "UC8159": (inky_uc8159, NAMES),
    "AC073TC1A": (inky_ac073tc1a, NAMES),
    "E673": (inky_e673, ("black", "white", "yellow", "red", "", "blue", "green")),
}


def opened(image, form):
    content = io.BytesIO()
    image.save(content, form)
    return Image.open(content)


for panel, (module, inks) in PANELS.items():
    display = module.Inky()
    image = Image.new("RGB", (display.width, display.height))
    part = display.width // len(COLOURS)
    for number, colour in enumerate(COLOURS.values()):
        image.paste(colour, (number * part, 0, display.width, display.height))
    images = {"RGB": image, "quantized": image.quantize(4), "GIF": opened(image, "GIF")}
    print(f"{panel}: {', '.join(COLOURS)}")
    for what, image in images.items():
        display.set_image(image, saturation=0)
        row = np.asarray(display.buf)[5]
        shown = [inks[row[number * part + part // 2]] for number in range(len(COLOURS))]
        print(f"    as {what}: {', '.join(shown)}")
END

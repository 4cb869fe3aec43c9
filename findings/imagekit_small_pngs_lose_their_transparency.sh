#!/bin/sh
# One would guess that a thumbnail of a transparent PNG is transparent, whether it is RGBA or was
# made small with a palette, as by `quantize`. Before it resizes, pilkit makes RGB of a palette,
# also where the palette has alpha: the ground becomes the colour that was hidden below it, here
# black, and a JPEG has a dark ground where that of RGBA is white. Black lines are gone. As people
# save the same logo both ways, it depends on the upload. Put a processor before it that does
# `convert("RGBA")`.
# Found in django-imagekit 6.1.1 with pilkit 3.0, pilkit/processors/utils.py (resolve_palette).
. "$(dirname "$0")/common.sh"

packages django-imagekit==6.1.1 pilkit==3.0 django==5.2.19 pillow==13.0.0

expected <<'END'
RGBA.png: alpha at its corner 0
    ResizeToFit, PNG: transparent
    ResizeToFit, JPEG: light
    ResizeToFill, PNG: transparent
    ResizeToFill, JPEG: light
quantized.png: alpha at its corner 0
    ResizeToFit, PNG: dark
    ResizeToFit, JPEG: dark
    ResizeToFill, PNG: dark
    ResizeToFill, JPEG: dark
END

program <<'END'
import warnings

import django
from django.conf import settings
from PIL import Image

warnings.simplefilter("ignore")
settings.configure(INSTALLED_APPS=["imagekit"])
django.setup()

from imagekit import ImageSpec
from imagekit.processors import ResizeToFill, ResizeToFit


def corner(name, processor, form):
    class Thumbnail(ImageSpec):
        processors = [processor(20, 20)]
        format = form

    with open(name, "rb") as source, Image.open(Thumbnail(source).generate()) as image:
        red, green, blue, alpha = image.convert("RGBA").getpixel((0, 0))
    if not alpha:
        return "transparent"
    return "light" if min(red, green, blue) > 200 else "dark"


logo = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
logo.paste((200, 0, 0, 255), (10, 10, 30, 30))
logo.save("RGBA.png")
logo.quantize(8).save("quantized.png")
for name in ("RGBA.png", "quantized.png"):
    with Image.open(name) as image:
        print(f"{name}: alpha at its corner {image.convert('RGBA').getpixel((0, 0))[3]}")
    for processor in (ResizeToFit, ResizeToFill):
        for form in ("PNG", "JPEG"):
            print(f"    {processor.__name__}, {form}: {corner(name, processor, form)}")
END

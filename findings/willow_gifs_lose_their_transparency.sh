#!/bin/sh
# One would guess that Willow, by which Wagtail resizes images, keeps the transparency of a GIF: its
# `resize` makes RGBA of it for that. Its `save_as_gif` makes a palette of RGBA without alpha, so
# what was transparent gets the colour that lies below, and black after a resize. A logo of black
# lines is a black box. So is a transparent PNG that is saved as GIF. Pillow's own `save` keeps it
# as GIF, and Willow keeps it as PNG.
# Found in willow 1.12.0, willow/plugins/pillow.py (PillowImage.save_as_gif).
. "$(dirname "$0")/common.sh"

packages willow==1.12.0 pillow==13.0.0

expected <<'END'
gif of Pillow: at the corner (255, 255, 255, 0), in the middle (0, 0, 0, 255)
    saved by Willow as gif: at the corner (255, 255, 255, 0), in the middle (0, 0, 0, 255)
    half as large, as gif: at the corner (0, 0, 0, 255), in the middle (0, 0, 0, 255)
    half as large, as png: at the corner (0, 0, 0, 0), in the middle (0, 0, 0, 255)
png of Pillow: at the corner (255, 255, 255, 0), in the middle (0, 0, 0, 255)
    saved by Willow as gif: at the corner (255, 255, 255, 255), in the middle (0, 0, 0, 255)
    half as large, as gif: at the corner (0, 0, 0, 255), in the middle (0, 0, 0, 255)
    half as large, as png: at the corner (0, 0, 0, 0), in the middle (0, 0, 0, 255)
END

program <<'END'
import io

from PIL import Image
from willow.image import Image as Willow


def say(what, content):
    with Image.open(content) as image:
        colours = image.convert("RGBA")
    middle = colours.getpixel((colours.width // 2, colours.height // 2))
    print(f"{what}: at the corner {colours.getpixel((0, 0))}, in the middle {middle}")


def saved(image, form):
    content = io.BytesIO()
    getattr(image, f"save_as_{form}")(content, apply_optimizers=False)
    return content


logo = Image.new("RGBA", (32, 32), (255, 255, 255, 0))
logo.paste((0, 0, 0, 255), (8, 8, 24, 24))
for form in ("gif", "png"):
    logo.save(f"logo.{form}")
    say(f"{form} of Pillow", f"logo.{form}")
    with open(f"logo.{form}", "rb") as content:
        image = Willow.open(content)
        say("    saved by Willow as gif", saved(image, "gif"))
        say("    half as large, as gif", saved(image.resize((16, 16)), "gif"))
        say("    half as large, as png", saved(image.resize((16, 16)), "png"))
END

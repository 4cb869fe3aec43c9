#!/bin/sh
# One would guess that a soft shadow in a picture with alpha is traced with its opacity, or in a few
# steps of it. Alpha is only looked at where it is 0, and no opacity is written: a shadow of 1 of
# 255, which nobody sees, is drawn as solid black. Logos with shadows, cut-out photos and plots with
# `alpha=0.2` on a transparent ground get blots. Put such a picture on its ground with
# `Image.alpha_composite` first.
# Found in vtracer 0.6.15, in its compiled part (convert_raw_image_to_svg).
. "$(dirname "$0")/common.sh"

packages vtracer==0.6.15 pillow==13.0.0

expected <<'END'
black of alpha 255: traced as #000000, opacity in the file False
black of alpha 128: traced as #000000, opacity in the file False
black of alpha 20: traced as #000000, opacity in the file False
black of alpha 1: traced as #000000, opacity in the file False
black of alpha 0: traced as nothing, opacity in the file False
a shadow fading from 128 to 2: one shape of #000000, 64 pixels wide
black of alpha 1, laid on white first: traced as #FEFEFE, opacity in the file False
END

program <<'END'
import io
import re

import vtracer
from PIL import Image


def trace(image):
    content = io.BytesIO()
    image.save(content, "PNG")
    return vtracer.convert_raw_image_to_svg(content.getvalue(), img_format="png", mode="polygon")


def say(what, image):
    svg = trace(image)
    fills = ", ".join(re.findall('fill="([^"]*)"', svg)) or "nothing"
    print(f"{what}: traced as {fills}, opacity in the file {'opacity' in svg}")


for alpha in (255, 128, 20, 1, 0):
    say(f"black of alpha {alpha}", Image.new("RGBA", (32, 32), (0, 0, 0, alpha)))
shadow = Image.new("RGBA", (80, 40))
for step in range(64):
    shadow.paste((0, 0, 0, 128 - 2 * step), (8 + step, 10, 9 + step, 30))
svg = trace(shadow)
(shape,) = re.findall("<path [^>]*>", svg)
xs = [int(x) for x in re.findall(r"(-?\d+)[ ,]-?\d+", re.search('d="([^"]*)"', shape)[1])]
print(f"a shadow fading from 128 to 2: one shape of {re.search('#[0-9A-F]+', shape)[0]},", end=" ")
print(max(xs) - min(xs), "pixels wide")
white = Image.new("RGBA", (32, 32), "white")
white.alpha_composite(Image.new("RGBA", (32, 32), (0, 0, 0, 1)))
say("black of alpha 1, laid on white first", white)
END

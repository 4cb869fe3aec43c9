#!/bin/sh
# One would guess that a chart without a background is white as JPEG, as it is on a page.
# Transparent pixels are black ones to `vegalite_to_jpeg` and `svg_to_jpeg`, and a half transparent
# colour is mixed with black: black axes and titles are on a black ground. Charts for slides and
# dark pages are made with `background="transparent"`. With the default background they are white.
# Found in vl-convert-python 1.9.0.post1 with altair 6.3.0, in its compiled part (vegalite_to_jpeg,
# svg_to_jpeg).
. "$(dirname "$0")/common.sh"

packages vl-convert-python==1.9.0.post1 altair==6.3.0 Pillow==13.0.0

expected <<'END'
by default, png: the ground is white
by default, jpeg: the ground is white
transparent, png: the ground is transparent
transparent, jpeg: the ground is black
no background, png: the ground is transparent
no background, jpeg: the ground is black
END

program <<'END'
import io

import altair
import vl_convert
from PIL import Image

data = altair.Data(values=[{"x": "a", "y": 1}, {"x": "b", "y": 2}])
chart = altair.Chart(data, width=100, height=100).mark_bar(color="lime").encode(x="x:N", y="y:Q")


def say(what, spec):
    for kind in ("png", "jpeg"):
        content = getattr(vl_convert, f"vegalite_to_{kind}")(spec)
        image = Image.open(io.BytesIO(content)).convert("RGBA")
        ground = image.getpixel((1, 1))
        shown = "transparent" if ground[3] == 0 else "white" if min(ground) > 240 else "black"
        assert shown != "black" or max(ground[:3]) < 10
        print(f"{what}, {kind}: the ground is {shown}")


say("by default", chart.to_dict())
say("transparent", chart.configure(background="transparent").to_dict())
say("no background", {**chart.to_dict(), "background": None})
END

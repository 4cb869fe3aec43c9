#!/bin/sh
# One would guess that a photo without alpha is opaque, as it is everywhere. `normal`, alone of the
# modes, takes arrays of three channels, and adds an alpha of 0 to them. An overlay without alpha is
# not drawn at all; a photo without alpha vanishes below the overlay; two of them give black, wholly
# transparent. The other modes refuse three channels. Add an alpha of 255, or `convert("RGBA")`.
# Found in blend-modes 2.2.0, blend_modes/blending_functions.py (normal).
. "$(dirname "$0")/common.sh"

packages blend-modes==2.2.0 pillow==13.0.0 numpy==2.4.6

expected <<'END'
both with alpha, half of the overlay: [110, 70, 55, 255]
an overlay without alpha, half of it: [200, 100, 50, 255]
an overlay without alpha, all of it: [200, 100, 50, 255]
a photo without alpha, half of the overlay: [20, 40, 60, 127]
both without alpha: [0, 0, 0, 0]
both without alpha, multiply: TypeError
END

program <<'END'
import blend_modes
import numpy as np
from PIL import Image


def array(colour):
    return np.asarray(Image.new("RGB" if len(colour) == 3 else "RGBA", (4, 4), colour), float)


def say(what, blend, ground, layer, opacity):
    try:
        with np.errstate(all="ignore"):
            seen = np.uint8(blend(array(ground), array(layer), opacity)[0, 0]).tolist()
    except TypeError as error:
        seen = type(error).__name__
    print(f"{what}: {seen}")


photo, overlay = (200, 100, 50), (20, 40, 60)
opaque = (255,)
normal = blend_modes.normal
say("both with alpha, half of the overlay", normal, photo + opaque, overlay + opaque, 0.5)
say("an overlay without alpha, half of it", normal, photo + opaque, overlay, 0.5)
say("an overlay without alpha, all of it", normal, photo + opaque, overlay, 1.0)
say("a photo without alpha, half of the overlay", normal, photo, overlay + opaque, 0.5)
say("both without alpha", normal, photo, overlay, 0.5)
say("both without alpha, multiply", blend_modes.multiply, photo, overlay, 0.5)
END

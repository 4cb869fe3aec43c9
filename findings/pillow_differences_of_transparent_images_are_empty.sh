#!/bin/sh
# One would guess that the box of a difference holds what differs, as in the usual test
# `ImageChops.difference(a, b).getbbox() is None`. Of images with alpha the difference has alpha
# too: where it did not change it is 0, and the box is that of alpha alone. Two pictures of wholly
# other colours, and equally transparent, pass for equal. `getbbox(alpha_only=False)` compares all.
# Found in Pillow 13.0.0, PIL/Image.py (Image.getbbox).
. "$(dirname "$0")/common.sh"

packages Pillow==13.0.0

expected <<'END'
RGB: (0, 0, 8, 8)
RGBA: None
LA: None
RGBA, alpha_only=False: (0, 0, 8, 8)
END

program <<'END'
from PIL import Image, ImageChops


def say(what, mode, **options):
    images = [Image.new("RGB", (8, 8), color).convert(mode) for color in ("black", "white")]
    print(f"{what}:", ImageChops.difference(*images).getbbox(**options))


say("RGB", "RGB")
say("RGBA", "RGBA")
say("LA", "LA")
say("RGBA, alpha_only=False", "RGBA", alpha_only=False)
END

#!/bin/sh
# One would guess that a depth map of 16 bits can be turned by an angle as one of 32 bits or floats
# can, or is refused. With smooth resampling its rows are taken for bytes: the two bytes of a pixel
# are mixed as if they were neighbours, and one byte is stored. The map is noise below 256, of mode
# I;16 as before. By the nearest pixel, or by a right angle, it is right; so is `resize`.
# Found in Pillow 13.0.0, libImaging/Geometry.c (getfilter).
. "$(dirname "$0")/common.sh"

packages Pillow==13.0.0

expected <<'END'
F, NEAREST: turned 60000, moved 60000, resized 60000
F, BILINEAR: turned 60000, moved 60000, resized 60000
F, BICUBIC: turned 60000, moved 60000, resized 60000
I, NEAREST: turned 60000, moved 60000, resized 60000
I, BILINEAR: turned 60000, moved 60000, resized 60000
I, BICUBIC: turned 60000, moved 60000, resized 60000
I;16, NEAREST: turned 60000, moved 60000, resized 60000
I;16, BILINEAR: turned 139, moved 165, resized 60000
I;16, BICUBIC: turned 128, moved 165, resized 60000
END

program <<'END'
from PIL import Image

Resampling, Transform = Image.Resampling, Image.Transform
for mode in ("F", "I", "I;16"):
    image = Image.new(mode, (32, 32), 60000)
    for method in (Resampling.NEAREST, Resampling.BILINEAR, Resampling.BICUBIC):
        turned = image.rotate(30, method).getpixel((16, 16))
        moved = image.transform((32, 32), Transform.AFFINE, (1, 0, 0.5, 0, 1, 0.5), method)
        sizes = image.resize((50, 50), method).getpixel((16, 16))
        print(f"{mode}, {method.name}: turned {turned:.0f}, ", end="")
        print(f"moved {moved.getpixel((16, 16)):.0f}, resized {sizes:.0f}")
END

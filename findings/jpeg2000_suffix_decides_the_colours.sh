#!/bin/sh
# One would guess that .j2k and .jp2 differ in nothing that one sees. A .j2k holds planes and no
# colour space. Pillow writes CMYK and YCbCr into it, and opens the planes as RGBA and RGB: the
# plane of cyan ink is then red light, that of black ink is opacity. A .jp2 keeps the colours. A
# packager that checks "saved without an error, and the size is right" logs false colours.
# Found in Pillow 13.0.0, PIL/Jpeg2KImagePlugin.py (_parse_codestream, _save).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
CMYK (0, 255, 255, 0), which is (255, 0, 0) in RGB
    red.jp2: CMYK (0, 255, 255, 0)
    red.j2k: RGBA (0, 255, 255, 0)
YCbCr (76, 85, 255), which is (254, 0, 0) in RGB
    red.jp2: RGB (254, 0, 0)
    red.j2k: RGB (76, 85, 255)
END

program <<'END'
from PIL import Image

for colour, mode in (((0, 255, 255, 0), "CMYK"), ((76, 85, 255), "YCbCr")):
    red = Image.new(mode, (16, 16), colour)
    print(f"{mode} {colour}, which is {red.convert('RGB').getpixel((8, 8))} in RGB")
    for name in ("red.jp2", "red.j2k"):
        red.save(name)
        read = Image.open(name)
        print(f"    {name}: {read.mode} {read.getpixel((8, 8))}")
END

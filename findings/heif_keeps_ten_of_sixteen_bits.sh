#!/bin/sh
# One would guess that a 16-bit grey image saved as lossless HEIF keeps 16 bits, or is refused.
# pillow-heif writes ten bits a sample, and opens them as a 16-bit image again: mode and size agree.
# The six low bits are gone, and nothing says so; twelve can be had by a setting for all images.
# A depth map or a scan that was logged this way is 64 times coarser than the one that was returned.
# Found in pillow-heif 1.8.1, pillow_heif/misc.py and options.py (SAVE_HDR_TO_12_BIT).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0 pillow-heif==1.8.1

expected <<'END'
by default: 64 depths, 1000 to 1063, come back in mode I;16 as [960, 1024]
with 12 bits: 64 depths, 1000 to 1063, come back in mode I;16 as [992, 1008, 1024, 1040, 1056]
END

program <<'END'
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
depths = Image.new("I;16", (64, 1))
depths.putdata(range(1000, 1064))


def say(name):
    depths.save("depths.heic", quality=-1)
    read = Image.open("depths.heic")
    values = sorted({read.getpixel((x, 0)) for x in range(64)})
    print(f"{name}: 64 depths, 1000 to 1063, come back in mode {read.mode} as {values}")


say("by default")
pillow_heif.options.SAVE_HDR_TO_12_BIT = True
say("with 12 bits")
END

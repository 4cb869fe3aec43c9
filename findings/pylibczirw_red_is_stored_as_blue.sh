#!/bin/sh
# One would guess that an array of red, green and blue is written to a CZI file as such: the
# docstring of `write` asks for "rgb planes". The bytes are stored as they are, in a format that is
# named Bgr24: czifile, which goes by that name, shows red as blue. `read` of the same package, and
# slideio, hand out the bytes without a look at the name. So what one wrote looks right there, and
# what a microscope wrote has red and blue swapped. Give, and expect, blue first.
# Found in pylibCZIrw 6.1.0, pylibCZIrw/czi.py (CziWriter.write, CziReader.read).
. "$(dirname "$0")/common.sh"

packages pylibCZIrw==6.1.0 czifile==2019.7.2.3 slideio==2.10.0 numpy==2.4.6

expected <<'END'
written: (255, 10, 0), stored as Bgr24
pylibCZIrw: [255, 10, 0]
czifile: [0, 10, 255]
slideio: [255, 10, 0]
END

program <<'END'
import czifile
import numpy as np
import slideio
from pylibCZIrw import czi

image = np.full((64, 48, 3), (255, 10, 0), np.uint8)
with czi.create_czi("image.czi") as file:
    file.write(data=image)
with czi.open_czi("image.czi") as file:
    print("written: (255, 10, 0), stored as", file.get_channel_pixel_type(0))
    print("pylibCZIrw:", file.read()[0, 0].tolist())
print("czifile:", czifile.imread("image.czi").reshape(-1, 3)[0].tolist())
scene = slideio.open_slide("image.czi", "CZI").get_scene(0)
print("slideio:", scene.read_block()[0, 0].tolist())
END

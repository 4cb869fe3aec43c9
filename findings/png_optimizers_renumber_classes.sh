#!/bin/sh
# One would guess that a lossless optimizer of PNG keeps the numbers that a reader gets. It keeps
# the colours. Of a mask with a palette oxipng drops colours that no pixel has, and numbers the
# others anew: classes 0, 2 and 5 are 0, 1 and 2. Zopfli makes RGB of it. Both write 16 bits whose
# two bytes are alike in 8 bits or one: 65535 is True, and a distance of 257 is 1. The file looks
# the same in each viewer. oxipng has `palette_reduction=False` and `bit_depth_reduction=False`.
# Found in pyoxipng 9.1.1 (oxipng, reduction/palette.rs and bit_depth.rs) and zopfli 0.4.3
# (zopfli.png.optimize).
. "$(dirname "$0")/common.sh"

packages pyoxipng==9.1.1 zopfli==0.4.3 pillow==13.0.0 numpy==2.4.6

expected <<'END'
a mask with a palette: P [0, 2, 5]
    oxipng: P [0, 1, 2], the same colours
    Zopfli: RGB [0, 128], the same colours
a mask of 16 bits: I;16 [0, 65535]
    oxipng: 1 [False, True]
    Zopfli: 1 [False, True]
distances: I;16 [0, 257, 514]
    oxipng: L [0, 1, 2]
    Zopfli: P [0, 1, 2]
END

program <<'END'
import io

import numpy
import oxipng
import zopfli.png
from PIL import Image

labels = Image.new("P", (32, 32))
labels.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0, 128, 128, 0, 0, 0, 128, 128, 0, 128])
labels.paste(5, (0, 0, 32, 8))
labels.paste(2, (0, 8, 32, 16))
numbers = numpy.arange(32 * 32).reshape(32, 32)
images = {
    "a mask with a palette": labels,
    "a mask of 16 bits": Image.fromarray(numpy.where(numbers % 3, 0, 65535).astype(numpy.uint16)),
    "distances": Image.fromarray((numbers % 3 * 257).astype(numpy.uint16)),
}
optimizers = {"oxipng": oxipng.optimize_from_memory, "Zopfli": zopfli.png.optimize}


def values(image):
    return f"{image.mode} {numpy.unique(numpy.asarray(image)).tolist()}"


def said(image, optimize):
    file = io.BytesIO()
    image.save(file, "PNG")
    again = Image.open(io.BytesIO(optimize(file.getvalue())))
    same = image.convert("RGB").tobytes() == again.convert("RGB").tobytes()
    return values(again) + (", the same colours" if image.mode == "P" and same else "")


for what, image in images.items():
    print(f"{what}: {values(image)}")
    for name, optimize in optimizers.items():
        print(f"    {name}: {said(image, optimize)}")
END

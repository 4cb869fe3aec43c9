#!/bin/sh
# One would guess that a pickled image comes back as it was. `quantize()` gives an image with alpha
# a palette of RGBA; a pickle holds red, green and blue of it, and the image comes back opaque.
# `copy.deepcopy` pickles, too; `image.copy()` keeps the palette. `==` looks at red, green and blue
# as well, and says that they are equal. A palette that was read from a PNG stays transparent, by
# what lies beside it in `info`. Images go to other processes by pickles; MLRun pickles those that
# it knows no packager of, and copies the parameters of a sweep by `deepcopy`.
# Found in Pillow 13.0.0, PIL/Image.py (Image.__getstate__: getpalette).
. "$(dirname "$0")/common.sh"

packages pillow==13.0.0

expected <<'END'
P with a palette of RGBA: (200, 100, 50, 128)
copy(): (200, 100, 50, 128)
deepcopy: (200, 100, 50, 255)
pickled: (200, 100, 50, 255)
pickled and not pickled are equal: True
saved as PNG, opened and pickled: (200, 100, 50, 128)
END

program <<'END'
import copy
import pickle

from PIL import Image


def say(what, image):
    print(f"{what}: {image.convert('RGBA').getpixel((0, 0))}")


quantized = Image.new("RGBA", (16, 16), (200, 100, 50, 128)).quantize()
pickled = pickle.loads(pickle.dumps(quantized))
quantized.save("image.png")
say(f"{quantized.mode} with a palette of {quantized.palette.mode}", quantized)
say("copy()", quantized.copy())
say("deepcopy", copy.deepcopy(quantized))
say("pickled", pickled)
print("pickled and not pickled are equal:", pickled == quantized)
say("saved as PNG, opened and pickled", pickle.loads(pickle.dumps(Image.open("image.png"))))
END

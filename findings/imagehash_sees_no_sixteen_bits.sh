#!/bin/sh
# One would guess that the hash of an image tells it from others at 16 bits as it does at 8.
# Each image is first converted to 8 bits, which cuts all above 255 to white. Images of 16 bits
# that are brighter than that everywhere are all one white one: by each kind of hash their distance
# is 0. The same pixels, scaled to 8 bits before, are far from each other.
# Looking for duplicates in images of a microscope or a depth camera finds that all but one are.
# Found in ImageHash 4.3.2, imagehash/__init__.py (average_hash, phash, dhash, whash: convert("L")),
# and Pillow 13.0.0.
. "$(dirname "$0")/common.sh"

packages imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6 scipy==1.17.1 pywavelets==1.9.0

expected <<'END'
average_hash, of 64 bits differ: 0, scaled to 8 bits a quarter or more: True
phash, of 64 bits differ: 0, scaled to 8 bits a quarter or more: True
dhash, of 64 bits differ: 0, scaled to 8 bits a quarter or more: True
whash, of 64 bits differ: 0, scaled to 8 bits a quarter or more: True
END

program <<'END'
import imagehash
import numpy
from PIL import Image

random = numpy.random.default_rng(0)
images = [random.integers(1000, 4000, (64, 64)).astype(numpy.uint16) for _ in range(2)]
scaled = [(image // 16).astype(numpy.uint8) for image in images]
for kind in (imagehash.average_hash, imagehash.phash, imagehash.dhash, imagehash.whash):
    first, second = (kind(Image.fromarray(image)) for image in images)
    one, other = (kind(Image.fromarray(image)) for image in scaled)
    print(f"{kind.__name__}, of 64 bits differ: {first - second},",
          f"scaled to 8 bits a quarter or more: {one - other >= 16}")
END

#!/bin/sh
# One would guess that a mask of a run-length encoding is what is not 0, as in NumPy, so that a mask
# of classes is a mask of all of them. The encoder begins a new run wherever a value differs from
# the one before it, and takes it for the other of mask and background: where two classes touch,
# mask and background are exchanged, until the next such place. Nothing warns; of one class, or of 0
# and 255, all is right. Encode `mask > 0`, or each class alone.
# Found in pycocotools 2.0.11, common/maskApi.c (rleEncode).
. "$(dirname "$0")/common.sh"

packages pycocotools==2.0.11 numpy==2.4.6

expected <<'END'
classes 0 and 1: 16 pixels of mask, 0 wrong
0 and 255: 16 pixels of mask, 0 wrong
classes 0, 1 and 2: 16 pixels of mask, 16 wrong
END

program <<'END'
import numpy as np
from pycocotools import mask as coco


def say(what, first, second):
    mask = np.zeros((8, 8), np.uint8)
    mask[2:4, 2:6], mask[4:6, 2:6] = first, second
    back = coco.decode(coco.encode(np.asfortranarray(mask)))
    wrong = np.count_nonzero((back > 0) != (mask > 0))
    print(f"{what}: {np.count_nonzero(back)} pixels of mask, {wrong} wrong")


say("classes 0 and 1", 1, 1)
say("0 and 255", 255, 255)
say("classes 0, 1 and 2", 1, 2)
END

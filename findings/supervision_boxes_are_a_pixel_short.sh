#!/bin/sh
# One would guess that the box of a mask that is 5 pixels wide is 5 wide, as in COCO. By default
# `mask_to_xyxy` gives the last pixel, and not where it ends, while areas, the overlap of boxes and
# the exporter to COCO take the difference: the box is 4 wide, and that of a line has no area. A box
# and the mask that it was made of do not fit, and thin objects overlap with nothing.
# `coordinate_convention="exclusive"` gives the box that others mean.
# Found in supervision 0.31.2, supervision/detection/utils/converters.py (mask_to_xyxy).
. "$(dirname "$0")/common.sh"

packages supervision==0.31.2 pycocotools==2.0.11 numpy==2.4.6

expected <<'END'
5 x 4, 20 pixels:
    box [3, 2, 7, 5], area 12, overlap with itself 1
    exclusive: [3, 2, 8, 6]
    COCO: x 3, y 2, width 5, height 4
a line, 5 pixels:
    box [3, 2, 7, 2], area 0, overlap with itself 0
    exclusive: [3, 2, 8, 3]
    COCO: x 3, y 2, width 5, height 1
END

program <<'END'
import numpy as np
import supervision
from pycocotools import mask as coco


def say(what, rows, columns):
    mask = np.zeros((1, 10, 10), bool)
    mask[0, rows, columns] = True
    box = supervision.mask_to_xyxy(mask)
    detections = supervision.Detections(xyxy=box.astype(float))
    same = supervision.box_iou_batch(detections.xyxy, detections.xyxy)[0, 0]
    print(f"{what}, {np.count_nonzero(mask)} pixels:")
    print(f"    box {box[0].tolist()}, area {detections.area[0]:.0f}", end=", ")
    print(f"overlap with itself {same:.0f}")
    exact = supervision.mask_to_xyxy(mask, coordinate_convention="exclusive")
    print(f"    exclusive: {exact[0].tolist()}")
    x, y, width, height = coco.toBbox(coco.encode(np.asfortranarray(mask[0])))
    print(f"    COCO: x {x:.0f}, y {y:.0f}, width {width:.0f}, height {height:.0f}")


say("5 x 4", slice(2, 6), slice(3, 8))
say("a line", slice(2, 3), slice(3, 8))
END

#!/bin/sh
# One would guess that there are no images of a class that is not in the file. `getCatIds` of a name
# with a typing error is an empty list, and an empty list is no filter to `getImgIds` and
# `getAnnIds`: all images come back, and all boxes of other classes. Two classes in `getImgIds` are
# images that show both; in `getAnnIds` they are boxes of either. A data set of cats and dogs, made
# by these calls, is one with cats and dogs together, and of "cars" written "carz" it is everything.
# Found in pycocotools 2.0.11, pycocotools/coco.py (COCO.getImgIds and COCO.getAnnIds).
. "$(dirname "$0")/common.sh"

packages pycocotools==2.0.11 numpy==2.4.6

expected <<'END'
image 1 shows a cat, image 2 a dog, image 3 nothing
['cat']: classes [1], images [1], boxes [1]
['cat', 'dog']: classes [1, 2], images [], boxes [1, 2]
['catt']: classes [], images [1, 2, 3], boxes [1, 2]
boxes of no image, imgIds=[]: [1, 2]
END

program <<'END'
import contextlib
import io
import json
import pathlib

from pycocotools.coco import COCO

box = {"bbox": [0, 0, 2, 2], "area": 4, "iscrowd": 0}
content = {
    "images": [{"id": n, "file_name": f"{n}.png", "width": 8, "height": 8} for n in (1, 2, 3)],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, **box},
        {"id": 2, "image_id": 2, "category_id": 2, **box},
    ],
}
pathlib.Path("boxes.json").write_text(json.dumps(content))
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO("boxes.json")
print("image 1 shows a cat, image 2 a dog, image 3 nothing")
for names in (["cat"], ["cat", "dog"], ["catt"]):
    classes = coco.getCatIds(catNms=names)
    images, boxes = coco.getImgIds(catIds=classes), coco.getAnnIds(catIds=classes)
    print(f"{names}: classes {classes}, images {images}, boxes {boxes}")
print("boxes of no image, imgIds=[]:", coco.getAnnIds(imgIds=[]))
END

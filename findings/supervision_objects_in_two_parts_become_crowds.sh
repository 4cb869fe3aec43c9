#!/bin/sh
# One would guess that an object which is seen in two parts, behind a pole, is exported as one
# object. As COCO it is marked a crowd, and so is one with a hole. Evaluation ignores crowds: to
# find the object counts for nothing, and to miss it costs nothing. Many loaders leave crowds out.
# As YOLO each part is an object of its own. Nothing warns.
# Found in supervision 0.31.2, supervision/dataset/formats/coco.py and yolo.py.
. "$(dirname "$0")/common.sh"

packages supervision==0.31.2 pycocotools==2.0.11 opencv-python==5.0.0.93 numpy==2.4.6

expected <<'END'
a whole object: COCO iscrowd 0, precision of it found: 1.00; YOLO: 1 objects
in two parts: COCO iscrowd 1, precision of it found: no object is there; YOLO: 2 objects
with a hole: COCO iscrowd 1, precision of it found: no object is there; YOLO: 1 objects
END

program <<'END'
import contextlib
import io
import json
import pathlib

import cv2
import numpy as np
import supervision
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def precision(file):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(file)
        found = [
            {"image_id": box["image_id"], "category_id": box["category_id"],
             "bbox": box["bbox"], "score": 0.9}
            for box in truth.dataset["annotations"]
        ]  # fmt: skip
        evaluation = COCOeval(truth, truth.loadRes(found), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return "no object is there" if evaluation.stats[0] < 0 else f"{evaluation.stats[0]:.2f}"


def say(what, mask):
    cv2.imwrite("images/photo.png", np.zeros((40, 40, 3), np.uint8))
    masks = mask[np.newaxis]
    boxes = supervision.mask_to_xyxy(masks)
    one = supervision.Detections(xyxy=boxes, mask=masks, class_id=np.array([0]))
    data = supervision.DetectionDataset(["cat"], ["images/photo.png"], {"images/photo.png": one})
    data.as_coco(annotations_path="coco.json")
    data.as_yolo(annotations_directory_path="yolo")
    (written,) = json.loads(pathlib.Path("coco.json").read_text())["annotations"]
    print(f"{what}: COCO iscrowd {written['iscrowd']}, precision of it found: ", end="")
    print(precision("coco.json"), end="; ")
    print("YOLO:", len(pathlib.Path("yolo/photo.txt").read_text().splitlines()), "objects")


pathlib.Path("images").mkdir()
whole = np.zeros((40, 40), bool)
whole[5:35, 5:35] = True
say("a whole object", whole)
parts = whole.copy()
parts[:, 18:22] = False
say("in two parts", parts)
hole = whole.copy()
hole[15:25, 15:25] = False
say("with a hole", hole)
END

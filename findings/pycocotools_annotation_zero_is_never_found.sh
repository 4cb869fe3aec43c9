#!/bin/sh
# One would guess that boxes may be numbered from 0, and that a detector which finds each box of an
# image scores 1. The evaluation notes which box was found by its number, and 0 is also how it notes
# that none was. Box 0 counts as missed, and what found it as false, ahead of others with the same
# score: of two boxes, found exactly, the precision is 0.25. globox, among others, numbers from 0.
# Found in pycocotools 2.0.11, pycocotools/cocoeval.py (evaluateImg), and globox 2.9.0,
# globox/annotationset.py (to_coco).
. "$(dirname "$0")/common.sh"

packages pycocotools==2.0.11 globox==2.9.0 numpy==2.4.6

expected <<'END'
numbered from 1: boxes [1, 2], each found: precision 1.00, recall 1.00
saved by globox: boxes [0, 1], each found: precision 0.25, recall 0.50
END

program <<'END'
import contextlib
import io
import json
import pathlib

import globox
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

BOXES = ([10, 10, 20, 20], [50, 10, 20, 20])


def evaluated(file):
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
    numbers = [box["id"] for box in truth.dataset["annotations"]]
    precision, recall = evaluation.stats[0], evaluation.stats[8]
    return f"boxes {numbers}, each found: precision {precision:.2f}, recall {recall:.2f}"


content = {
    "images": [{"id": 1, "file_name": "1.png", "width": 100, "height": 100}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [
        {"id": number, "image_id": 1, "category_id": 1, "bbox": box, "area": 400, "iscrowd": 0}
        for number, box in enumerate(BOXES, start=1)
    ],
}
pathlib.Path("boxes.json").write_text(json.dumps(content))
print("numbered from 1:", evaluated("boxes.json"))
annotations = globox.AnnotationSet.from_coco(file_path="boxes.json")
annotations.save_coco("globox.json", label_to_id={"cat": 1}, imageid_to_id={"1.png": 1})
print("saved by globox:", evaluated("globox.json"))
END

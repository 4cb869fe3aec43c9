#!/bin/sh
# One would guess that a dataset of images, exported as Parquet, holds them. Images that came from
# files are in it as the names of those files alone. `save_to_disk` puts their bytes in. The Parquet
# file opens well on the machine that wrote it, where the names lead to the images. Logged as an
# artifact and read elsewhere, or after the images were moved, it has none.
# Found in datasets 5.2.0, datasets/io/parquet.py (ParquetDatasetWriter) and
# datasets/arrow_dataset.py (save_to_disk).
. "$(dirname "$0")/common.sh"

packages datasets==5.2.0 pyarrow==26.0.1 pillow==13.0.0 numpy==2.4.6

expected <<'END'
to_parquet: path image.png, bytes of the file: False
save_to_disk: path image.png, bytes of the file: True
to_parquet, after image.png went: FileNotFoundError
save_to_disk, after image.png went: (64, 64)
END

program <<'END'
import pathlib

import datasets
import numpy
import pyarrow.parquet
from PIL import Image

datasets.disable_progress_bars()
pixels = numpy.random.default_rng(0).integers(0, 256, (64, 64, 3), numpy.uint8)
Image.fromarray(pixels).save("image.png")
content = pathlib.Path("image.png").read_bytes()


def say(name, cell):
    print(f"{name}: path {cell['path']}, bytes of the file: {cell['bytes'] == content}")


dataset = datasets.Dataset.from_dict({"image": ["image.png"]})
dataset = dataset.cast_column("image", datasets.Image())
dataset.to_parquet("images.parquet")
say("to_parquet", pyarrow.parquet.read_table("images.parquet").to_pylist()[0]["image"])
dataset.save_to_disk("saved")
saved = datasets.load_from_disk("saved").cast_column("image", datasets.Image(decode=False))
say("save_to_disk", saved[0]["image"])
pathlib.Path("image.png").unlink()
for name, read in (("to_parquet", datasets.Dataset.from_parquet("images.parquet")),
                   ("save_to_disk", datasets.load_from_disk("saved"))):
    try:
        print(f"{name}, after image.png went: {read[0]['image'].size}")
    except FileNotFoundError:
        print(f"{name}, after image.png went: FileNotFoundError")
END

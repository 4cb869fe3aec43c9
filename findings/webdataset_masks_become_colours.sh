#!/bin/sh
# One would guess that `decode("pil")` gives the images that `TarWriter` was given. The tar holds
# them as they were. `decode("pil")` is short for "pilrgb": each is made RGB. Labels in a palette
# become their colours, and 16 bits are cut at 255, so that all of a depth map is white. "pill"
# makes them grey in the same way, and no name keeps the mode: a function given to `decode` does.
# Who packs masks or depth beside photos trains on colours and on white.
# Found in webdataset 1.0.2, webdataset/autodecode.py (imagespecs and ImageHandler).
. "$(dirname "$0")/common.sh"

packages webdataset==1.0.2 pillow==13.0.0 numpy==2.4.6

expected <<'END'
labels: in the tar P, 3; "pil" RGB, (200, 100, 50); "pill" L, 124; a function P, 3
depth: in the tar I;16, 1000; "pil" RGB, (255, 255, 255); "pill" L, 255; a function I;16, 1000
END

program <<'END'
import io
import tarfile

import numpy
import webdataset
from PIL import Image

labels = Image.new("P", (8, 6), 3)
labels.putpalette([0] * 9 + [200, 100, 50])
images = {"labels": labels, "depth": Image.fromarray(numpy.full((6, 8), 1000, numpy.uint16))}
with webdataset.TarWriter("images.tar") as writer:
    for key, image in images.items():
        writer.write({"__key__": key, "png": image})


def as_they_are(key, content):
    return Image.open(io.BytesIO(content)) if key.endswith("png") else None


def read(decoder):
    samples = webdataset.WebDataset("images.tar", shardshuffle=False).decode(decoder)
    return {sample["__key__"]: sample["png"] for sample in samples}


with tarfile.open("images.tar") as tar:
    contents = {name: tar.extractfile(name).read() for name in tar.getnames()}
ways = {
    "in the tar": {key: as_they_are("png", contents[f"{key}.png"]) for key in images},
    '"pil"': read("pil"),
    '"pill"': read("pill"),
    "a function": read(as_they_are),
}
for key in images:
    seen = (f"{way} {of[key].mode}, {of[key].getpixel((0, 0))}" for way, of in ways.items())
    print(f"{key}:", "; ".join(seen))
END

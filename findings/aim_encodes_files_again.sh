#!/bin/sh
# One would guess that Aim keeps the bytes of an image that is logged by its path. It opens the
# file, and saves it in the same format by options of its own. A WebP that was written without loss
# is now lossy: the classes of a mask are others. The orientation of a phone's photo is lost, and it
# lies on its side. The frames of an animated WebP all last as long as the first. A PNG and a GIF
# come back as they were, and those are what one tries. SwanLab makes a PNG of each file, and lays
# the photo on its side as well.
# Found in aim 3.29.1, aim/sdk/objects/image.py (_from_file_path, _from_pil_image), and swanlab
# 0.10.3, sdk/internal/run/transforms/image (Image).
. "$(dirname "$0")/common.sh"

packages aim==3.29.1 swanlab==0.10.3 pillow==13.0.0 numpy==2.4.6

expected <<'END'
classes in classes.png: [0, 1, 2, 3, 4]
    by Aim: [0, 1, 2, 3, 4]
classes in classes.webp: [0, 1, 2, 3, 4]
    by Aim: [0, 1, 2, 3, 5]
photo.jpg: shown 20x40
    by Aim: shown 40x20
    by SwanLab: shown 40x20
frames.webp: frames of [100, 200, 900] ms
    by Aim: frames of [100, 100, 100] ms
END

program <<'END'
import io

import aim
import numpy
import swanlab
from PIL import Image, ImageOps

rows = numpy.arange(32)
classes = ((rows[:, None] // 7 + rows // 5) % 5).astype(numpy.uint8)
mask = Image.fromarray(numpy.stack([classes] * 3, -1))
mask.save("classes.png")
mask.save("classes.webp", lossless=True)


def values(image):
    return numpy.unique(numpy.asarray(image)).tolist()


for name in ("classes.png", "classes.webp"):
    print(f"classes in {name}: {values(Image.open(name))}")
    print(f"    by Aim: {values(aim.Image(name).to_pil_image())}")

photo = Image.new("RGB", (40, 20))
exif = photo.getexif()
exif[0x0112] = 6
photo.save("photo.jpg", exif=exif)
for who, image in (
    ("photo.jpg", Image.open("photo.jpg")),
    ("    by Aim", aim.Image("photo.jpg").to_pil_image()),
    ("    by SwanLab", Image.open(io.BytesIO(swanlab.Image("photo.jpg").buffer.getvalue()))),
):
    print(f"{who}: shown {'x'.join(map(str, ImageOps.exif_transpose(image).size))}")


def durations(image):
    found = []
    for frame in range(image.n_frames):
        image.seek(frame)
        image.load()
        found.append(image.info["duration"])
    return found


frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
frames[0].save("frames.webp", save_all=True, append_images=frames[1:], duration=[100, 200, 900])
print(f"frames.webp: frames of {durations(Image.open('frames.webp'))} ms")
print(f"    by Aim: frames of {durations(aim.Image('frames.webp').to_pil_image())} ms")
END

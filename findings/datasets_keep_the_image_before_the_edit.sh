#!/bin/sh
# One would guess that a dataset stores the image that it is given. An image that was opened from a
# file is stored as the name of that file, and read from there. What was done to it in place since
# (drawn on it, pasted, put alpha, made a thumbnail), and which of the frames it showed, is not in
# the dataset, in `map` no less than in `from_dict`. What gives a new image (resize, crop, convert)
# is stored with its pixels. Masks drawn over images, or small versions of them, are silently the
# originals.
# Found in datasets 5.2.0, datasets/features/image.py (encode_pil_image).
. "$(dirname "$0")/common.sh"

packages datasets==5.2.0 pyarrow==26.0.1 pillow==13.0.0 numpy==2.4.6

expected <<'END'
draw: given (640, 480) (0, 0, 255), stored (640, 480) (255, 0, 0)
thumbnail: given (64, 48) (255, 0, 0), stored (640, 480) (255, 0, 0)
resize: given (64, 48) (255, 0, 0), stored (64, 48) (255, 0, 0)
seek: given (8, 8) 20, stored (8, 8) 10
draw, by map: given (640, 480) (0, 0, 255), stored (640, 480) (255, 0, 0)
END

program <<'END'
import datasets
from PIL import Image, ImageDraw

datasets.disable_progress_bars()
features = datasets.Features({"image": datasets.Image()})
Image.new("RGB", (640, 480), "red").save("red.png")
frames = [Image.new("L", (8, 8), value) for value in (10, 20)]
frames[0].save("frames.tif", save_all=True, append_images=frames[1:])


def draw(image):
    ImageDraw.Draw(image).rectangle((0, 0, 300, 300), "blue")
    return image


def thumbnail(image):
    image.thumbnail((64, 64))
    return image


def resize(image):
    return image.resize((64, 48))


def seek(image):
    image.seek(1)
    return image


def say(name, given, stored):
    images = [f"{image.size} {image.getpixel((0, 0))}" for image in (given, stored)]
    print(f"{name}: given {images[0]}, stored {images[1]}")


for edit, name in ((draw, "red.png"), (thumbnail, "red.png"), (resize, "red.png"),
                   (seek, "frames.tif")):
    image = edit(Image.open(name))
    dataset = datasets.Dataset.from_dict({"image": [image]}, features=features)
    say(edit.__name__, image, dataset[0]["image"])
dataset = datasets.Dataset.from_dict({"image": ["red.png"]}, features=features)
mapped = dataset.map(lambda row: {"image": draw(row["image"])}, load_from_cache_file=False)
say("draw, by map", draw(Image.open("red.png")), mapped[0]["image"])
END

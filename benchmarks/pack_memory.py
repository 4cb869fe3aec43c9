"""Prints the memory that packing or saving an image takes, beyond the image and as a part of it."""

import sys
from pathlib import Path

import memory
from PIL import Image

sys.path.insert(0, str(Path.cwd()))
PIXEL = 4  # bytes, in Pillow's memory


def pack(image: Image.Image, how: str) -> None:
    from image_packager import PILImagePackager

    if how == "plot":
        PILImagePackager().pack_plot(image, "key")[0].get_body()
    else:
        PILImagePackager().pack_file(image, "key", how)


def save(image: Image.Image, how: str) -> None:
    image.save(f"image.{how}")


def main(action: str, how: str, path: str) -> None:
    do = {"pack": pack, "save": save}[action]
    image = Image.open(path)
    do(Image.new(image.mode, (16, 16)), how)  # imports what it needs
    image.load()
    before = memory.now()
    do(image, how)
    print((memory.peak() - before) / (PIXEL * image.width * image.height))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""
Packs images in the project of the current folder, and does for each line of input what it says.

A line is what to make (``page``, a format, ``bare-FORMAT`` for Pillow alone), the image's mode
and its side in pixels, and how often. The answer is the processor time of one, in seconds.
"""

import functools
import io
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path.cwd()))


@functools.cache
def photo(mode: str, side: int) -> Image.Image:
    """Make gradients with some noise, and with a mode's transparency."""
    y, x = np.mgrid[0:side, 0:side]
    bands = [x * 255 // side, y * 255 // side, (x + y) % 256, 255 - x // 8 % 128][: len(mode)]
    noise = np.random.default_rng(1).integers(0, 8, (side, side, len(mode)))
    return Image.fromarray((np.stack(bands, -1) + noise).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, format: str) -> bytes:
    """Save an image by Pillow alone."""
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


def maker(what: str, image: Image.Image) -> Callable[[], object]:
    """Get what makes an artifact of the image, or a file in memory by Pillow alone."""
    from image_packager import PILImagePackager

    packager = PILImagePackager()
    if what == "page":
        return lambda: packager.pack_plot(image, "key")[0].get_body()
    if what.startswith("bare-"):
        return lambda: saved(image, what.removeprefix("bare-"))
    return lambda: packager.pack_file(image, "key", what)[0].get_body()


def main() -> None:
    logging.disable()
    for line in sys.stdin:
        what, mode, side, times = line.split()
        make = maker(what, photo(mode, int(side)))
        make()  # the first asks Pillow what the format takes
        start = time.process_time()
        for _ in range(int(times)):
            make()
        print((time.process_time() - start) / int(times), flush=True)


if __name__ == "__main__":
    main()

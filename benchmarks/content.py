"""Images that are easy or hard to compress."""

import functools
import random

from PIL import Image, ImageFilter


@functools.cache
def noise(side: int) -> Image.Image:
    """Make an image that nothing compresses."""
    return Image.frombytes("RGB", (side, side), random.Random(1).randbytes(3 * side * side))


@functools.cache
def photo(side: int) -> Image.Image:
    """Make smooth areas with some noise on them."""
    return Image.blend(noise(side).filter(ImageFilter.GaussianBlur(8)), noise(side), 0.05)

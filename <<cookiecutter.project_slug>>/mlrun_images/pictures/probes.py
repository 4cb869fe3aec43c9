"""Small images of each mode, by which Pillow is asked what a format does to one."""

from typing import Any

import numpy as np
from PIL import Image, ImageChops

from mlrun_images.pictures.modes import DEEP, from_values


def probe(mode: str, alpha: str = "", side: int = 32) -> Image.Image:
    """
    Make a small smooth image of a mode, of more colours than a palette holds.

    :param mode:  One of Pillow's modes.
    :param alpha: Its transparency: what `alpha_kind` says, or ``cutout`` for a band of 0 and 255
                  only.
    :param side:  Its width and height in pixels.
    """
    across = Image.linear_gradient("L").resize((side, side))
    down = across.transpose(Image.Transpose.ROTATE_90)
    if mode in DEEP:
        step = 60 if ";" in mode else 1000003
        image = from_values(np.arange(side * side).reshape(side, side) * step, mode)
        image.info.update({"transparency": 0} if alpha else {})
        return image
    colours = [value for i in range(256) for value in (i, 255 - i, i // 2)]
    if mode == "P":
        image = across.copy()
        image.putpalette(colours)
    elif mode == "1":
        stripes = ImageChops.difference(across, down).point(lambda value: 255 * (value % 100 > 50))
        image = stripes.convert("1")
    else:
        bands = [across, down, down, across][: len(Image.new(mode, (1, 1)).getbands())]
        if alpha == "cutout":
            bands[-1] = across.point(lambda value: 255 * (value > 99))
        image = Image.merge(mode, bands)
        if mode == "PA":
            image.putpalette(colours)
    _make_transparent(image, alpha)
    return image


def _make_transparent(image: Image.Image, alpha: str) -> None:
    if alpha == "key":
        colour: Any = image.getpixel((0, 0))
        image.info["transparency"] = colour
        image.paste(colour, (0, 0, image.width, image.height // 2))
    elif alpha == "table":
        image.info["transparency"] = bytes(range(256))
    elif alpha == "palette":
        image.putpalette([value for i in range(256) for value in (i, 255 - i, i // 2, i)], "RGBA")

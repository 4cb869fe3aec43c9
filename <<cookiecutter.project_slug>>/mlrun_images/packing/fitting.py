"""Brings an image to a mode that a format takes."""

import numpy as np
from PIL import Image

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.formats import MODES, fidelity
from mlrun_images.packing.frames import frame_count
from mlrun_images.packing.modes import (
    DEEP,
    alpha_kind,
    flatten,
    from_values,
    scale,
    to_mode,
    whole_palette,
)

_GREY = ("1", "L", "LA", "La")


def fit(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    """
    Bring an image to the nearest mode that a format takes: its own, else with the same colours and transparency, else
    flattened on white; deep modes: the same values in another mode, else scaled.

    :param image:  The image; it is not changed, and returned as it is where the format takes it.
    :param format: Pillow's name of the format.

    :returns: The image to save, and what was changed in words (empty: nothing).

    :raise ImageRefused: If the format takes no mode near the image's.
    """
    image = whole_palette(image)
    alpha = alpha_kind(image)
    grey = image.mode in _GREY
    if takes(format, image, image.mode, alpha):
        return image, ""
    if image.mode in DEEP:
        fitted, change = _fit_deep(image, format)
        return fitted, change + (", without the transparent value" if alpha else "")
    if alpha:
        for mode in ("LA", "RGBA") if grey else ("RGBA",):
            if takes(format, image, mode, "smooth"):
                return to_mode(image, mode), f"{image.mode} to {mode}"
    for mode in ("1", "L", "RGB") if image.mode == "1" else ("L", "RGB") if grey else ("RGB",):
        if takes(format, image, mode, ""):
            opaque = to_mode(flatten(image), mode) if alpha else to_mode(image, mode)
            return opaque, f"{image.mode} to {mode}" + (
                ", transparency flattened on white" if alpha else ""
            )
    raise _cannot_hold(format, image.mode)


def takes(format: str, image: Image.Image, mode: str, alpha: str) -> bool:
    """Check if a format takes the image in a mode; GIF only if the transparency is full or none everywhere."""
    if fidelity(format, mode, alpha) != "no":
        return True
    if alpha != "smooth" or fidelity(format, mode, "cutout") == "no":
        return False
    levels = to_mode(image, "RGBA").getchannel("A").histogram()
    return not any(levels[1:255])


def _fit_deep(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    for mode in ("I;16", "I", "F"):
        if fidelity(format, mode) == "exact" and mode != image.mode:
            values = np.asarray(image)
            low, high = {"I;16": (0, 65535), "I": (-(2**31), 2**31), "F": (-(2**24), 2**24)}[mode]
            if image.mode != "F" and low <= values.min() and values.max() <= high:
                return from_values(values, mode), f"{image.mode} to {mode}, same values"
    top = 65535 if fidelity(format, "I;16") == "exact" and image.mode in ("I", "F") else 255
    small, change = scale(image, top)
    try:
        fitted, more = fit(small, format)
    except ImageRefused:
        raise _cannot_hold(format, image.mode) from None
    return fitted, ", ".join(filter(None, (f"{image.mode} to {small.mode}", change, more)))


def _cannot_hold(format: str, mode: str) -> ImageRefused:
    modes = [mode for mode in MODES if fidelity(format, mode) != "no"]
    return ImageRefused(f"{format} cannot hold mode {mode}; possible: {', '.join(modes)}")


def lossless(image: Image.Image) -> tuple[Image.Image, str, str]:
    """
    Find how to keep an image without loss whatever its mode: as PNG, else as TIFF, else its bands under another name.

    :returns: The image to save, Pillow's name of the format, and the change in words (empty: none).
    """
    pages = frame_count(image) > 1 and "duration" not in image.info
    formats = ("TIFF", "PNG") if pages else ("PNG", "TIFF")
    for format in formats:
        if fidelity(format, image.mode, alpha_kind(image)) == "exact":
            return image, format, ""
    if image.mode in DEEP:
        mode = image.mode if image.mode in ("I", "F") else "I;16"
        change = (
            "without the transparent value"
            if image.mode == mode
            else f"{image.mode} to {mode}, same values"
        )
        return from_values(np.asarray(image), mode), "TIFF", change
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    renamed = Image.merge(bands, image.split())
    return renamed, "PNG", f"its {image.mode} bands stored as {bands}"

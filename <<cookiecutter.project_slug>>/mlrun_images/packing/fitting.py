"""Brings an image to a mode that a format takes."""

import numpy as np
from PIL import Image

from mlrun_images.packing.errors import ImageRefused
from mlrun_images.packing.formats import MODES, fidelity
from mlrun_images.packing.frames import frame_count, is_animation
from mlrun_images.packing.modes import (
    DEEP,
    alpha_kind,
    drop_false_transparency,
    flatten,
    from_values,
    scale,
    to_mode,
    whole_palette,
)

_GREY = ("1", "L", "LA", "La")
_RANGES = {"I;16": (0, 65535), "I": (-(2**31), 2**31 - 1), "F": (-(2**24), 2**24)}


def fit(
    image: Image.Image, format: str, vmin: float | None = None, vmax: float | None = None
) -> tuple[Image.Image, str]:
    """
    Bring an image to the nearest mode that a format takes.

    That is its own mode, else one with the same colours and transparency, else without
    transparency, on white. A deep image keeps its values in another deep mode, else it is scaled.
    With `vmin` or `vmax` it is always scaled.

    :param image:  The image; it is not changed, and returned as it is where the format takes it.
    :param format: Pillow's name of the format.
    :param vmin:   Of a deep image, the value that becomes black; by default its own least one.
    :param vmax:   Of a deep image, the value that becomes white; by default its own greatest one.

    :returns: The image to save, and what was changed in words (empty: nothing).

    :raise ImageRefused: If the format takes no mode near the image's, or `scale` refuses `vmin` and
                         `vmax`.
    """
    image = whole_palette(drop_false_transparency(image))
    if vmin is not None or vmax is not None:
        return _fit_scaled(image, format, vmin, vmax)
    alpha = alpha_kind(image)
    if takes(format, image, image.mode, alpha):
        return image, ""
    if image.mode in DEEP:
        fitted, change = _fit_deep(image, format)
        return fitted, change + (", without the transparent value" if alpha else "")
    grey = image.mode in _GREY
    if alpha:
        for mode in ("LA", "RGBA") if grey else ("RGBA",):
            if takes(format, image, mode, "smooth"):
                return to_mode(image, mode), f"{image.mode} to {mode}"
    for mode in ("1", "L", "RGB") if image.mode == "1" else ("L", "RGB") if grey else ("RGB",):
        if takes(format, image, mode, ""):
            opaque = to_mode(flatten(image) if alpha else image, mode)
            note = ", transparency flattened on white" if alpha else ""
            return opaque, f"{image.mode} to {mode}{note}"
    raise _cannot_hold(format, f"{image.mode} with transparency" if alpha else image.mode)


def takes(format: str, image: Image.Image, mode: str, alpha: str) -> bool:
    """
    Check if a format takes an image in a mode.

    A format that knows only full and no transparency (GIF) takes an image with a band of it that
    has no other.

    :param format: Pillow's name of the format.
    :param image:  The image.
    :param mode:   The mode that it would have.
    :param alpha:  The transparency that it would have: what `alpha_kind` says.
    """
    if fidelity(format, mode, alpha) != "no":
        return True
    if alpha != "smooth" or fidelity(format, mode, "cutout") == "no":
        return False
    levels = to_mode(image, "RGBA").getchannel("A").histogram()
    return not any(levels[1:255])


def _fit_deep(image: Image.Image, format: str) -> tuple[Image.Image, str]:
    """
    Keep a deep image's values in another deep mode of the format, else scale them.

    The modes are tried from the smallest: I;16, I, F. Each holds a range of whole numbers, F those
    below 2**24. Floats that are no whole numbers fit none but F itself, which the format does not
    take if one comes here.
    """
    values = np.asarray(image)
    if values.dtype.kind != "f" or np.isfinite(values).all() and (values == np.rint(values)).all():
        for mode, (low, high) in _RANGES.items():
            fits = low <= values.min() and values.max() <= high and mode != image.mode
            if fits and fidelity(format, mode) == "exact":
                return from_values(values, mode), f"{image.mode} to {mode}, same values"
    return _fit_scaled(image, format)


def _fit_scaled(
    image: Image.Image, format: str, vmin: float | None = None, vmax: float | None = None
) -> tuple[Image.Image, str]:
    """Scale a deep image to 16 bits if the format holds them and the image has more, else to 8."""
    chosen = vmin is not None or vmax is not None
    deep = fidelity(format, "I;16") == "exact" and (chosen or image.mode in ("I", "F"))
    scaled, change = scale(image, 65535 if deep else 255, vmin, vmax)
    try:
        fitted, more = fit(scaled, format)
    except ImageRefused:
        raise _cannot_hold(format, image.mode) from None
    return fitted, ", ".join(filter(None, (f"{image.mode} to {scaled.mode}", change, more)))


def _cannot_hold(format: str, mode: str) -> ImageRefused:
    modes = [mode for mode in MODES if fidelity(format, mode) != "no"]
    return ImageRefused(f"{format} cannot hold mode {mode}; possible: {', '.join(modes)}")


def lossless(image: Image.Image) -> tuple[Image.Image, str, str]:
    """
    Find how to keep an image without loss whatever its mode: as PNG, else as TIFF, else its bands
    in another mode.

    :returns: The image to save, Pillow's name of the format, and the change in words (empty: none).
    """
    pages = not is_animation(image) and frame_count(image) > 1
    for format in ("TIFF", "PNG") if pages else ("PNG", "TIFF"):
        if fidelity(format, image.mode, alpha_kind(image)) == "exact":
            return image, format, ""
    if image.mode in DEEP:
        mode = image.mode if image.mode in ("I", "F") else "I;16"
        same = image.mode == mode
        change = "without the transparent value" if same else f"{image.mode} to {mode}, same values"
        return from_values(np.asarray(image), mode), "TIFF", change
    bands = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[len(image.getbands())]
    renamed = Image.merge(bands, image.split())
    return renamed, "PNG", f"its {image.mode} bands stored as {bands}"

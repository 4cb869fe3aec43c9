"""Conversions between Pillow's modes, which keep, as far as they can, what one sees."""

import io
from numbers import Integral
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from mlrun_images.pictures.errors import ImageRefused

DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")  # one band of more than 8 bits
ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")  # with a band of transparency


# Transparency


def alpha_kind(image: Image.Image) -> str:
    """
    Get how an image is transparent.

    :returns: ``smooth`` (by a band), ``key`` (one value or colour), ``table`` (an alpha for each
              palette entry), ``palette`` (a palette of RGBA colours), or an empty text (it is
              opaque).
    """
    if image.mode in ALPHA:
        return "smooth"
    clear = image.info.get("transparency")
    if clear is not None and _is_transparency(clear, image.mode):
        return "table" if isinstance(clear, bytes) else "key"
    return "palette" if image.mode == "P" and image.palette and image.palette.mode == "RGBA" else ""


def _is_transparency(value: Any, mode: str) -> bool:
    """Check if Pillow can use what stands as `transparency` in an image's information."""
    if mode == "RGB":
        colour = isinstance(value, tuple | list) and len(value) == 3
        return colour and all(isinstance(band, int) and 0 <= band < 256 for band in value)
    if mode == "P" and isinstance(value, bytes):
        return True
    if not isinstance(value, Integral) or isinstance(value, bool):
        return False
    return mode in DEEP or mode in ("1", "L", "P") and 0 <= int(value) < 256


def drop_false_transparency(image: Image.Image) -> Image.Image:
    """Get the image without a `transparency` that is none: Pillow's conversions fail on one."""
    clear = image.info.get("transparency")
    if "transparency" not in image.info or _is_transparency(clear, image.mode):
        return image
    image = image.copy()
    del image.info["transparency"]
    return image


def flatten(image: Image.Image, paper: str = "white") -> Image.Image:
    """Lay an 8-bit image on a sheet of one colour; the result has mode RGB."""
    if not alpha_kind(image):
        return to_mode(image, "RGB")
    image = to_mode(image, "RGBA")
    sheet = Image.new("RGB", image.size, paper)
    sheet.paste(image, mask=image)
    return sheet


# 8-bit modes


def to_mode(image: Image.Image, mode: str) -> Image.Image:
    """
    Convert between 8-bit modes through Pillow's own conversions (LAB by way of ImageCms and sRGB).

    :raise ImageRefused: For LAB where Pillow was built without ImageCms.
    """
    image = drop_false_transparency(image)
    if image.mode == "LAB":
        converted = by_profile(image)
        if converted is None:
            raise ImageRefused("mode LAB needs Pillow's ImageCms; possible: TIFF, which holds LAB")
        image = converted
    elif image.mode in ("La", "RGBa"):  # the only conversions that these have
        image = image.convert(image.mode.upper())
    elif image.mode == "PA" and mode != "PA":
        image = image.convert("RGBA")
    elif image.mode == "P" and alpha_kind(image):
        image = image.copy()  # Pillow writes the transparency into the palette of what it converts
    return image if image.mode == mode else image.convert(mode)


def by_profile(image: Image.Image, profile: bytes | None = None) -> Image.Image | None:
    """
    Convert an image to sRGB by its ICC profile.

    :param image:   An image in mode L, RGB, RGBA, CMYK or LAB.
    :param profile: The profile, of the image's colours; None: LAB as it is defined.

    :returns: An image in mode RGB, of RGBA in RGBA; None if ImageCms does not take the profile, or
              is not there.
    """
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        defined = io.BytesIO(profile) if profile else ImageCms.createProfile("LAB")
        source, srgb = ImageCms.ImageCmsProfile(defined), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, srgb, outputMode=mode)
    except (ImportError, ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
    if converted:
        converted.info = {}  # sRGB's profile, which nobody asked for
    return converted


def whole_palette(image: Image.Image, size: int = 0) -> Image.Image:
    """
    Give a palette an entry for each value.

    Encoders cut values to the palette's bits; masks often have 255, and a palette of a few entries.

    :param image: An image; of another mode than P it is returned as it is.
    :param size:  The number of entries that the palette has at least.

    :returns: The image; a copy if its palette was too short, with the colours that Pillow shows for
              the values.
    """
    if image.mode != "P" or not image.palette:
        return image
    mode = image.palette.mode
    known = len(image.getpalette(mode) or []) // len(mode)
    wanted = max(size, int(np.asarray(image).max()) + 1)
    if wanted <= known:
        return image
    values = Image.frombytes("P", (wanted, 1), bytes(range(wanted)))
    values.putpalette(image.getpalette(mode) or [], mode)
    image = image.copy()
    image.putpalette(values.convert(mode).tobytes(), mode)
    return image


def averageable(image: Image.Image) -> Image.Image:
    """Get an 8-bit image in a mode whose pixels can be averaged: L, RGB, RGBA, CMYK or YCbCr."""
    if alpha_kind(image):
        return to_mode(image, "RGBA")
    if image.mode in ("L", "RGB", "CMYK", "YCbCr"):
        return image
    return to_mode(image, "L" if image.mode == "1" else "RGB")


def shrink(image: Image.Image, side: int) -> Image.Image:
    """Reduce an 8-bit image to a longest side in pixels; a smaller one is returned as it is."""
    if max(image.size) <= side:
        return image
    size = fitting(image.size, side)
    return averageable(image).resize(size, Image.Resampling.BICUBIC, reducing_gap=1.5)


def fitting(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Get the width and height of an image of a size that is reduced to a longest side."""
    factor = max(1, max(size) / side)
    return max(1, round(size[0] / factor)), max(1, round(size[1] / factor))


# Deep modes


def scale(
    image: Image.Image, top: int = 255, vmin: float | None = None, vmax: float | None = None
) -> tuple[Image.Image, str]:
    """
    Scale a deep image linearly from vmin..vmax to 0..top; what lies outside becomes 0 or `top`, and
    NaN 0.

    :param image: An image of one band of integers or floats.
    :param top:   255 (result in mode L) or 65535 (I;16).
    :param vmin:  The value that becomes 0; None: as `value_range` says.
    :param vmax:  The value that becomes `top`; None: as `value_range` says.

    :returns: The image, and the change in words.

    :raise ImageRefused: If the image is not deep, or vmin and vmax are not two numbers, the lesser
                         first.
    """
    low, high = value_range([image], vmin, vmax)
    values = np.asarray(image)
    result = np.empty(values.shape, np.uint8 if top == 255 else np.uint16)
    factor = np.float64(top) / (high - low)
    rounding = 1e-9 * top  # the greatest value must not end below `top` by the last bit
    for row in range(0, len(values), 64):  # in strips: no copy of the whole image in 64-bit floats
        strip = (values[row : row + 64].astype(np.float64) - low) * factor + rounding
        result[row : row + 64] = np.clip(np.nan_to_num(strip, nan=0, posinf=top, neginf=0), 0, top)
    scaled = Image.fromarray(result)
    scaled.info = {name: image.info[name] for name in image.info if name != "transparency"}
    return scaled, f"scaled from {low:g}..{high:g} to 0..{top}"


def value_range(
    images: list[Image.Image], vmin: float | None, vmax: float | None
) -> tuple[float, float]:
    """
    Get the range of values from which deep images are scaled.

    :param images: The images.
    :param vmin:   Its begin; None: the least finite value of all images.
    :param vmax:   Its end; None: the greatest finite one. Images of one value have their mode's own
                   range: 0..1 for F, 0..65535 for I;16, and for I as well where that holds the
                   value. A limit that is left out is next to the other where that is beyond it.

    :raise ImageRefused: If an image is not deep, or vmin and vmax are not two numbers, the lesser
                         first.
    """
    modes = [image.mode for image in images]
    if others := [mode for mode in modes if mode not in DEEP]:
        raise ImageRefused(
            f"vmin and vmax do not scale an image of mode {others[0]}; possible: {', '.join(DEEP)}"
        )
    least, greatest = _limits(images) if vmin is None or vmax is None else (0.0, 0.0)
    if vmin is None and vmax is None:
        return (least, greatest) if least < greatest else _mode_range(modes[0], least)
    try:
        low = least if vmin is None else float(vmin)
        high = greatest if vmax is None else float(vmax)
    except (TypeError, ValueError):
        low = high = np.nan
    if vmin is None and low >= high:
        low = high - 1
    if vmax is None and high <= low:
        high = low + 1
    if not (np.isfinite([low, high]).all() and low < high):
        raise ImageRefused(
            f"vmin={vmin!r}, vmax={vmax!r} is no range; possible: two numbers, the lesser first"
        )
    return low, high


def _limits(images: list[Image.Image]) -> tuple[float, float]:
    """Get the least and the greatest finite value of images, 0 and 0 if there is none."""
    limits = []
    for image in images:
        values = np.asarray(image)
        finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        limits += [float(finite.min()), float(finite.max())] if finite.size else []
    return min(limits, default=0.0), max(limits, default=0.0)


def _mode_range(mode: str, value: float) -> tuple[float, float]:
    if mode == "F":
        return 0.0, 1.0
    return (0.0, 65535.0) if 0 <= value <= 65535 else (-(2.0**31), 2.0**31 - 1)


def from_values(values: np.ndarray, mode: str) -> Image.Image:
    """Make a deep image of rows of values that its mode can hold."""
    kinds = {"I": "=i4", "F": "=f4", "I;16B": ">u2", "I;16N": "=u2"}
    data = np.ascontiguousarray(values, kinds.get(mode, "<u2"))
    return Image.frombytes(mode, (values.shape[1], values.shape[0]), data.tobytes())
